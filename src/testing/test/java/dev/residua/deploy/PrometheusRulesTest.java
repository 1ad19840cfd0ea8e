package dev.residua.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.testing.Waits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules for Prometheus, by Prometheus' own tool, and against the guide that they lead to. */
@Tag("slow")
class PrometheusRulesTest {
  private static final Path RULES = Path.of("deploy/prometheus/rules.yml");
  private static final Path GUIDE = Path.of("src/docs/operations.md");

  private static String promtool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      String problem = "there is no promtool; install it with: apt-get install prometheus";
      System.out.println("skipped: PrometheusRulesTest, as " + problem);
      assumeTrue(false, problem);
      throw e;
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(Waits.seconds(30), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @Test
  void shouldFireWhenTheyShouldAndOnlyThen() throws Exception {
    assertThat(promtool("test", "rules", "deploy/prometheus/rules-test.yml")).contains("SUCCESS");
  }

  @Test
  void shouldBeValid() throws Exception {
    assertThat(promtool("check", "rules", RULES.toString())).contains("SUCCESS");
    assertThat(promtool("check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml"))
        .contains("SUCCESS");
  }

  private static List<String> alerts() throws IOException {
    return Pattern.compile("- alert: (\\w+)")
        .matcher(Files.readString(RULES))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void shouldEachBeTestedAndHaveASectionOfTheGuide() throws Exception {
    // Given
    String tests = Files.readString(Path.of("deploy/prometheus/rules-test.yml"));
    String guide = Files.readString(GUIDE);
    // When
    List<String> alerts = alerts();
    // Then
    assertThat(alerts).isNotEmpty().doesNotHaveDuplicates();
    for (String alert : alerts) {
      assertThat(tests).contains("alertname: " + alert + "\n        exp_alerts:\n");
      assertThat(guide).contains("### " + alert + "\n");
    }
  }

  @Test
  void shouldEachSayHowUrgentItIsAndWhereToReadOn() throws Exception {
    // Given
    String[] rules = Files.readString(RULES).split("- alert: ");
    // When, Then
    for (int i = 1; i < rules.length; i++) {
      String name = rules[i].substring(0, rules[i].indexOf('\n'));
      assertThat(rules[i])
          .containsPattern("severity: (page|ticket|none)\n")
          .contains("summary: ", "description: ", "dashboard: /d/residua-")
          .contains(
              "runbook_url: src/docs/operations.md#" + name.toLowerCase(java.util.Locale.ROOT));
    }
  }

  @Test
  void shouldLeadToDashboardsThatAreThere() throws Exception {
    // Given
    Set<String> meant = new TreeSet<>();
    for (MatchResult found :
        Pattern.compile("dashboard: /d/([\\w-]+)")
            .matcher(Files.readString(RULES))
            .results()
            .toList()) {
      meant.add(found.group(1));
    }
    // When, Then
    for (String dashboard : meant) {
      Path file = Path.of("deploy/grafana/dashboards", dashboard + ".json");
      assertThat(file).exists();
      assertThat(Files.readString(file)).contains("\"uid\": \"" + dashboard + "\"");
    }
  }
}
