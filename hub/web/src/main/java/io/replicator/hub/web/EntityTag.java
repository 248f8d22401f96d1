package io.replicator.hub.web;

import io.replicator.hub.delivery.FeedView;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The state of a feed when reading began, as an ETag (P131). Weak: the body may be newer.
 *
 * @param filter names what is let through
 */
record EntityTag(long epoch, long version, String filter) {
  private static final Pattern FORM =
      Pattern.compile("(?:W/)?\"([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{1,8})\"");

  static EntityTag of(FeedView view) {
    return new EntityTag(view.epoch(), view.version(), view.filterTag());
  }

  String text() {
    return "W/\"" + Long.toHexString(epoch) + "-" + Long.toHexString(version) + "-" + filter + "\"";
  }

  /** Whether one of the tags that a client shows is still true. */
  static boolean isFresh(String ifNoneMatch, FeedView view) {
    Matcher tags = FORM.matcher(ifNoneMatch);
    while (tags.find()) {
      long epoch = Long.parseUnsignedLong(tags.group(1), 16);
      long version = Long.parseUnsignedLong(tags.group(2), 16);
      if (tags.group(3).equals(view.filterTag()) && view.isUnchangedSince(epoch, version)) {
        return true;
      }
    }
    return false;
  }
}
