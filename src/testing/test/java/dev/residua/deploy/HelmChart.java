package dev.residua.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The chart in {@code deploy/helm}, as Helm's own library lints, packages and renders it. */
final class HelmChart {
  static final Path FOLDER = Path.of("deploy/helm/residua").toAbsolutePath();

  /** A version that Chart.yaml allows; the library itself says 1.20. */
  private static final String KUBERNETES = "1.33.0";

  private static final Pattern DOCUMENT =
      Pattern.compile("(?ms)^---\n# Source: residua/templates/(\\S+)\n(.*?)(?=^---$|\\z)");

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private HelmChart() {}

  /**
   * A rendered object.
   *
   * @param template name of its file
   * @param text as rendered, comments included
   * @param object what it says
   */
  record Manifest(String template, String text, JsonNode object) {
    String kind() {
      return object.path("kind").asText();
    }

    String name() {
      return object.path("metadata").path("name").asText();
    }
  }

  /**
   * What {@code helm template} makes of the chart.
   *
   * @param values files of values (they end in .yaml), and settings such as {@code
   *     ingress.enabled=true}
   */
  static List<Manifest> render(String... values) {
    return render(FOLDER, "residua", values);
  }

  static List<Manifest> render(Path chart, String release, String... values) {
    TemplateCommand template =
        new Helm(chart)
            .template()
            .withName(release)
            .withNamespace("residua")
            .withKubeVersion(KUBERNETES);
    for (String value : values) {
      if (value.endsWith(".yaml")) {
        template.withValuesFile(Path.of(value).toAbsolutePath());
      } else {
        String[] parts = value.split("=", 2);
        template.set(parts[0], parts[1]);
      }
    }
    return manifests(template.call());
  }

  private static List<Manifest> manifests(String rendered) {
    List<Manifest> manifests = new ArrayList<>();
    DOCUMENT
        .matcher(rendered)
        .results()
        .forEach(
            document -> {
              try {
                manifests.add(
                    new Manifest(
                        document.group(1), document.group(2), YAML.readTree(document.group(2))));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return manifests;
  }

  /** What {@code helm install} prints. */
  static String notes(String... settings) {
    InstallCommand install =
        new Helm(FOLDER)
            .install()
            .withName("residua")
            .withNamespace("residua")
            .withKubeVersion(KUBERNETES)
            .clientOnly()
            .dryRun();
    Arrays.stream(settings)
        .map(setting -> setting.split("=", 2))
        .forEach(parts -> install.set(parts[0], parts[1]));
    String output = install.call().getOutput();
    return output.substring(output.indexOf("NOTES:\n"));
  }

  static LintResult lint() {
    return new Helm(FOLDER).lint().strict().call();
  }

  /** The package that {@code helm package} makes in a folder. */
  static Path packageIn(Path folder, String version) {
    new Helm(FOLDER).packageIt().withDestination(folder).call();
    return folder.resolve("residua-%s.tgz".formatted(version));
  }
}
