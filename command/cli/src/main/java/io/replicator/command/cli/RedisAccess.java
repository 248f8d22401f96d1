package io.replicator.command.cli;

import io.replicator.redis.RedisEndpoint;
import io.replicator.redis.RedisTls;
import io.replicator.redis.Secret;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings that say how a Redis is reached, as the endpoint they describe. */
final class RedisAccess {

  /**
   * Which settings describe one Redis.
   *
   * @param certificate null = this command has no such setting
   * @param passwordVariable environment variable that may hold the password
   * @param sentinelPasswordVariable the same for that at the Sentinels
   */
  record Names(
      Setting address,
      Setting sentinel,
      Setting master,
      Setting user,
      Setting passwordFile,
      Setting sentinelUser,
      Setting sentinelPasswordFile,
      Setting tls,
      Setting ca,
      @Nullable Setting certificate,
      String passwordVariable,
      String sentinelPasswordVariable) {}

  static final Names REDIS =
      new Names(
          RedisSettings.REDIS_ADDRESS,
          RedisSettings.SENTINEL,
          RedisSettings.SENTINEL_MASTER,
          RedisSettings.REDIS_USER,
          RedisSettings.REDIS_PASSWORD_FILE,
          RedisSettings.SENTINEL_USER,
          RedisSettings.SENTINEL_PASSWORD_FILE,
          RedisSettings.REDIS_TLS,
          RedisSettings.REDIS_CA,
          RedisSettings.REDIS_CERTIFICATE,
          "REPLICATOR_REDIS_PASSWORD",
          "REPLICATOR_SENTINEL_PASSWORD");

  static final Names SOURCE =
      new Names(
          SidesSettings.SOURCE,
          SidesSettings.SOURCE_SENTINEL,
          SidesSettings.SOURCE_MASTER,
          SidesSettings.SOURCE_USER,
          SidesSettings.SOURCE_PASSWORD_FILE,
          SidesSettings.SOURCE_SENTINEL_USER,
          SidesSettings.SOURCE_SENTINEL_PASSWORD_FILE,
          SidesSettings.SOURCE_TLS,
          SidesSettings.SOURCE_CA,
          null,
          "REPLICATOR_SOURCE_PASSWORD",
          "REPLICATOR_SOURCE_SENTINEL_PASSWORD");

  static final Names TARGET =
      new Names(
          SidesSettings.TARGET_ADDRESS,
          SidesSettings.TARGET_SENTINEL,
          SidesSettings.TARGET_MASTER,
          SidesSettings.TARGET_USER,
          SidesSettings.TARGET_PASSWORD_FILE,
          SidesSettings.TARGET_SENTINEL_USER,
          SidesSettings.TARGET_SENTINEL_PASSWORD_FILE,
          SidesSettings.TARGET_TLS,
          SidesSettings.TARGET_CA,
          null,
          "REPLICATOR_TARGET_PASSWORD",
          "REPLICATOR_TARGET_SENTINEL_PASSWORD");

  private RedisAccess() {}

  static RedisEndpoint endpoint(Given given, Secrets secrets, Names names) {
    return endpoint(given, secrets, names, given.text(names.address()), names.address());
  }

  /** The same access with another address. */
  static RedisEndpoint endpoint(
      Given given, Secrets secrets, Names names, String addresses, Setting addressSetting) {
    RedisEndpoint endpoint;
    try {
      endpoint =
          given.flag(names.sentinel())
              ? RedisEndpoint.parseSentinels(addresses, given.text(names.master()))
              : RedisEndpoint.parse(addresses);
    } catch (IllegalArgumentException e) {
      throw new UsageError(given.origin(addressSetting) + ": " + e.getMessage(), e);
    }
    endpoint =
        withSentinelLogin(withLogin(endpoint, given, secrets, names), given, secrets, names)
            .withClientName("replicator-" + given.command().word());
    return given.flag(names.tls())
        ? endpoint.withTls(tls(given, names))
        : refuseTlsFiles(endpoint, given, names);
  }

  private static RedisEndpoint withLogin(
      RedisEndpoint endpoint, Given given, Secrets secrets, Names names) {
    String password =
        password(given, secrets, names.user(), names.passwordFile(), names.passwordVariable());
    return password.isEmpty()
        ? endpoint
        : endpoint.withLogin(given.text(names.user()), Secret.of(password));
  }

  private static RedisEndpoint withSentinelLogin(
      RedisEndpoint endpoint, Given given, Secrets secrets, Names names) {
    if (!endpoint.isSentinel()) {
      refuseWithoutSentinel(given, names, names.sentinelUser());
      refuseWithoutSentinel(given, names, names.sentinelPasswordFile());
      return endpoint;
    }
    String password =
        password(
            given,
            secrets,
            names.sentinelUser(),
            names.sentinelPasswordFile(),
            names.sentinelPasswordVariable());
    return password.isEmpty()
        ? endpoint
        : endpoint.withSentinelLogin(given.text(names.sentinelUser()), Secret.of(password));
  }

  private static void refuseWithoutSentinel(Given given, Names names, Setting setting) {
    if (given.isSet(setting)) {
      throw new UsageError(
          given.origin(setting)
              + ": is of no use without --"
              + names.sentinel().key()
              + ": add that, or take this out");
    }
  }

  /** The password that belongs to this user; "" = none was given. */
  private static String password(
      Given given, Secrets secrets, Setting userSetting, Setting fileSetting, String variable) {
    String password = secrets.read(given, fileSetting, variable);
    String user = given.text(userSetting);
    if (!user.isEmpty() && password.isEmpty()) {
      throw new UsageError(
          given.origin(userSetting)
              + ": '"
              + user
              + "' without a password: give --"
              + fileSetting.key()
              + " or set "
              + variable);
    }
    return password;
  }

  private static RedisEndpoint refuseTlsFiles(RedisEndpoint endpoint, Given given, Names names) {
    if (given.isSet(names.ca())) {
      throw new UsageError(
          given.origin(names.ca())
              + ": is of no use without --"
              + names.tls().key()
              + ": add that, or take this out");
    }
    return endpoint;
  }

  private static RedisTls tls(Given given, Names names) {
    Setting setting = names.certificate();
    List<String> certificate = setting == null ? List.of() : given.list(setting);
    if (setting != null && !certificate.isEmpty() && certificate.size() != 2) {
      throw given.wrong(setting, String.join(",", certificate), "two files: certificate,key");
    }
    try {
      return new RedisTls(
          path(given.text(names.ca())),
          certificate.isEmpty() ? null : Path.of(certificate.get(0)),
          certificate.isEmpty() ? null : Path.of(certificate.get(1)),
          true);
    } catch (IllegalArgumentException e) {
      throw new UsageError(String.valueOf(e.getMessage()), e);
    }
  }

  private static @Nullable Path path(String file) {
    return file.isEmpty() ? null : Path.of(file);
  }
}
