package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Access over HTTP. Changes require a token or an OpenID provider. */
public interface HttpConfig {
  /**
   * Bearer token that allows requests which change something; at least 16 characters. Set it in the
   * environment, not on a command line.
   */
  Optional<String> token();

  /** File that holds that token instead. */
  Optional<Path> tokenFile();

  /**
   * Bearer token that reading requires too, except for {@code /q/health}; at least 16 characters.
   * Without it, reading is open.
   */
  Optional<String> readToken();

  /**
   * Host names under which the service answers, comma-separated, without ports. By default all of
   * them, except on a loopback address, where only names of this machine are allowed; name that of
   * a proxy on the same machine here.
   */
  Optional<List<String>> allowedHosts();

  /** Whether tokens of an OpenID provider are accepted; {@code quarkus.oidc.*} configures it. */
  @WithDefault("false")
  boolean oidc();

  /** Role that such a token must have. */
  @WithDefault("residua-operator")
  String role();
}
