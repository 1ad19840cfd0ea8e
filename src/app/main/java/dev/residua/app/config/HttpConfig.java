package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Access over HTTP. Changes require a token or an OpenID provider. */
public interface HttpConfig {
  /**
   * Bearer token that allows everything, also requests which change something; at least 16
   * characters. Set it in the environment, not on a command line.
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
   * them, except on a loopback address, on which only names of this machine are allowed; name that
   * of a proxy on the same machine here.
   */
  Optional<List<String>> allowedHosts();

  /** Accept tokens of an OpenID provider; {@code quarkus.oidc.*} configures it. */
  @WithDefault("false")
  boolean oidc();

  /** Role of such a token that allows everything, as {@code residua.http.token} does. */
  @WithDefault("residua-operator")
  String role();

  /**
   * Grants of roles of such a token, by the name of the role; with commas between them, such as
   * {@code operator:scene=pumps,viewer}. A role that begins with {@code residua:} is a grant
   * without this setting, such as {@code residua:operator:scene=pumps}.
   */
  Map<String, String> grants();

  /**
   * File with a line for each person's token: name, SHA-256 of the token, grants. {@code residua
   * token} makes such lines. The file is read again when it changes.
   */
  Optional<Path> tokensFile();

  /**
   * Allow requests without a token to read everything. By default yes, unless {@code read-token},
   * {@code tokens-file} or {@code grants} is set.
   */
  Optional<Boolean> openReading();
}
