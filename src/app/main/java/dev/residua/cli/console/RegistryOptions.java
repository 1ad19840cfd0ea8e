package dev.residua.cli.console;

import dev.residua.wire.RegistrySettings;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that use a schema registry. */
public final class RegistryOptions {
  /** Longer than in the service, as a registry that has just started is slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      description =
          "Address of the schema registry's Confluent API, such as http://localhost:8081; with Apicurio it ends in /apis/ccompat/v7 (default: residua.registry.url or RESIDUA_REGISTRY_URL, as for serve).")
  @Nullable URI url;

  @Option(
      names = "--registry-user",
      paramLabel = "USER",
      description =
          "User for basic authentication; the password comes from RESIDUA_REGISTRY_PASSWORD.")
  @Nullable String user;

  /** The settings; empty if no registry is given. */
  public Optional<RegistrySettings> settings() {
    InstallationSettings installation = new InstallationSettings();
    try {
      Optional<URI> address =
          Optional.ofNullable(url)
              .or(() -> installation.find("residua.registry.url").map(URI::create));
      String person = user == null ? installation.find("residua.registry.user").orElse(null) : user;
      String password = installation.find("residua.registry.password").orElse(null);
      return address.map(at -> RegistrySettings.of(at, person, password, PATIENCE));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  public RegistrySettings required() {
    return settings()
        .orElseThrow(
            () ->
                new CommandFailedException(
                    "no schema registry is given; set --registry-url or RESIDUA_REGISTRY_URL"));
  }
}
