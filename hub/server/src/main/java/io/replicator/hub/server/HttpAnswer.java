package io.replicator.hub.server;

/** What an HTTP request is answered with. */
record HttpAnswer(int status, String contentType, String body) {
  static HttpAnswer text(int status, String body) {
    return new HttpAnswer(status, "text/plain; charset=utf-8", body + "\n");
  }
}
