package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Who may do what over HTTP. Without a token or an OpenID provider nobody may change anything. */
public interface HttpConfig {
  /**
   * Bearer token that allows requests which change something; at least 16 characters. Set it in the
   * environment, not on a command line.
   */
  Optional<String> token();

  /** File that holds that token instead. */
  Optional<Path> tokenFile();

  /**
   * Bearer token that reading needs as well, but for {@code /q/health}; at least 16 characters.
   * Reading is open without it.
   */
  Optional<String> readToken();

  /** Whether tokens of an OpenID provider count; where it is, {@code quarkus.oidc.*} says. */
  @WithDefault("false")
  boolean oidc();

  /** Role that such a token must have. */
  @WithDefault("residua-operator")
  String role();
}
