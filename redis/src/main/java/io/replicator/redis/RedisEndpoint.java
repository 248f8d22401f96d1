package io.replicator.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a Redis is and who we are there. Printing it shows no secret.
 *
 * @param addresses servers, tried in order, or sentinels if {@code sentinelMaster} is set
 * @param sentinelMaster the name under which the sentinels know the master; null = no Sentinel
 * @param login user and password at the servers
 * @param sentinelLogin user and password at the sentinels
 * @param tls null = plain TCP
 * @param connectTimeout for each address
 * @param clientName what {@code CLIENT LIST} shows
 */
public record RedisEndpoint(
    List<HostPort> addresses,
    @Nullable String sentinelMaster,
    Login login,
    Login sentinelLogin,
    @Nullable RedisTls tls,
    Duration connectTimeout,
    String clientName) {
  public static final int DEFAULT_PORT = 6379;
  public static final int DEFAULT_SENTINEL_PORT = 26379;
  public static final String DEFAULT_SENTINEL_MASTER = "mymaster";
  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_ADDRESSES = 64;

  public RedisEndpoint {
    addresses = List.copyOf(addresses);
    if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES) {
      throw new IllegalArgumentException(
          addresses.size() + " Redis addresses: expected 1 to " + MAX_ADDRESSES);
    }
    if (sentinelMaster != null && sentinelMaster.isBlank()) {
      throw new IllegalArgumentException("the Sentinel master's name is empty");
    }
    if (connectTimeout.isNegative() || connectTimeout.isZero()) {
      throw new IllegalArgumentException(
          "connect timeout " + connectTimeout + ": expected more than 0");
    }
    if (clientName.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "Redis client name '" + clientName + "': printable ASCII without blanks expected");
    }
  }

  /**
   * Who logs in.
   *
   * @param user "" = Redis' default user
   */
  public record Login(String user, Secret password) {
    public static final Login NONE = new Login("", Secret.NONE);

    public Login {
      if (!user.isEmpty() && password.isNone()) {
        throw new IllegalArgumentException(
            "Redis user '" + user + "' without a password: give one, or no user");
      }
    }
  }

  /** Servers from "host:port,host:port"; the port may be left out (6379). */
  public static RedisEndpoint parse(String addressList) {
    return of(addressList, DEFAULT_PORT, null);
  }

  /** Sentinels from "host:port,host:port"; the port may be left out (26379). */
  public static RedisEndpoint parseSentinels(String addressList, String master) {
    return of(addressList, DEFAULT_SENTINEL_PORT, master);
  }

  private static RedisEndpoint of(String list, int defaultPort, @Nullable String master) {
    if (list.isBlank()) {
      throw new IllegalArgumentException(
          "an empty Redis address: expected host:port or host:port,host:port");
    }
    List<HostPort> addresses =
        Arrays.stream(list.split(",", -1)).map(part -> HostPort.parse(part, defaultPort)).toList();
    return new RedisEndpoint(
        addresses, master, Login.NONE, Login.NONE, null, DEFAULT_CONNECT_TIMEOUT, "replicator");
  }

  /** The same with a user ("" = default) and password at the servers. */
  public RedisEndpoint withLogin(String user, Secret password) {
    Login updated = new Login(user, password);
    return new RedisEndpoint(
        addresses, sentinelMaster, updated, sentinelLogin, tls, connectTimeout, clientName);
  }

  /** The same with a user ("" = default) and password at the sentinels. */
  public RedisEndpoint withSentinelLogin(String user, Secret password) {
    Login updated = new Login(user, password);
    return new RedisEndpoint(
        addresses, sentinelMaster, login, updated, tls, connectTimeout, clientName);
  }

  public RedisEndpoint withTls(RedisTls updated) {
    return new RedisEndpoint(
        addresses, sentinelMaster, login, sentinelLogin, updated, connectTimeout, clientName);
  }

  public RedisEndpoint withConnectTimeout(Duration updated) {
    return new RedisEndpoint(
        addresses, sentinelMaster, login, sentinelLogin, tls, updated, clientName);
  }

  public RedisEndpoint withClientName(String updated) {
    return new RedisEndpoint(
        addresses, sentinelMaster, login, sentinelLogin, tls, connectTimeout, updated);
  }

  public boolean isSentinel() {
    return sentinelMaster != null;
  }

  /** For logs and status: "127.0.0.1:6379" or "mymaster at sentinels a:26379,b:26379". */
  public String name() {
    String list = addresses.stream().map(HostPort::toString).collect(Collectors.joining(","));
    return isSentinel() ? sentinelMaster + " at sentinels " + list : list;
  }
}
