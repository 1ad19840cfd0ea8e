package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import dev.residua.app.model.Models;
import dev.residua.model.ModelBundle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Runs the command on the model that ships with the product, with equations over time of its own.
 */
class ModelWhatIfCommandTest {
  /** The first latent halves in a second; the others are noise. */
  private static final String DYNAMICS =
      """
      {"stepSeconds": 0.05, "equations": [
        {"memory": "FIRST_ORDER", "constant": 0, "causes": [],
         "own": {"knots": [-1, 1], "coefficients": [-1.3863]},
         "processVariance": 1e-2, "readingVariance": 1e-6},
        %1$s, %1$s, %1$s]}
      """
          .formatted(
              """
              {"memory": "NONE", "constant": 0, "causes": [], "own": null,
               "processVariance": 0, "readingVariance": 1}
              """);

  @TempDir static Path dir;
  private static String model;
  private static String sequence;
  private static String independent;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void write() throws Exception {
    Path file = dir.resolve("over-time.residua");
    Models.read(Optional.empty()).with(ModelBundle.DYNAMICS, DYNAMICS.getBytes()).write(file);
    model = file.toString();
    Path scenario =
        Files.writeString(
            dir.resolve("scenario.json"),
            """
            {"scene": "pendulum", "noise": "usual", "seed": 3, "frames": 60, "events":
             [{"kind": "offset", "node": "shadow_length", "at": 10, "frames": 5, "size": 2}]}
            """);
    sequence = dir.resolve("sequence").toString();
    independent = dir.resolve("independent").toString();
    generate("--scenario", scenario.toString(), "--out", sequence);
    generate("pendulum", "--noise", "--count", "20", "--labels", "20", "--out", independent);
  }

  private static void generate(String... arguments) {
    List<String> words = new ArrayList<>(List.of("dataset", "generate"));
    words.addAll(List.of(arguments));
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(new StringWriter()));
    line.setOut(new PrintWriter(new StringWriter()));
    assertThat(line.execute(words.toArray(String[]::new))).as(String.join(" ", words)).isZero();
  }

  private int run(String... arguments) {
    List<String> words = new ArrayList<>(List.of("model", "whatif", "--model"));
    words.addAll(List.of(arguments));
    CommandLine line = Residua.commandLine();
    line.setErr(new PrintWriter(err, true));
    line.setOut(new PrintWriter(out, true));
    return line.execute(words.toArray(String[]::new));
  }

  private JsonNode json(String... arguments) throws Exception {
    String[] all = Arrays.copyOf(arguments, arguments.length + 1);
    all[arguments.length] = "--json";
    assertThat(run(all)).as(err.toString()).isZero();
    return JsonMapper.builder().build().readTree(out.toString());
  }

  @Test
  void shouldForecastLatents() throws Exception {
    // When
    JsonNode result =
        json(
            model, "--data", sequence, "--ahead", "2s", "--set", "light=95", "--limit", "light=90");
    // Then the first latent moves to its mean, three quarters of the way in two seconds
    JsonNode first = result.at("/latents/0");
    double mean = meanOfFirst();
    double now = first.at("/now").asDouble();
    assertThat(result.at("/frame").asInt()).isEqualTo(59);
    assertThat(first.at("/times/3/seconds").asDouble()).isCloseTo(2, within(1e-9));
    assertThat(first.at("/times/3/median").asDouble() - mean)
        .isCloseTo(0.25 * (now - mean), within(0.02 * Math.abs(now - mean) + 0.3));
    assertThat(result.at("/latents/1/set").asBoolean()).isTrue();
    assertThat(result.at("/latents/1/times/0/low").asDouble()).isCloseTo(95, within(1e-6));
    assertThat(result.at("/latents/1/times/3/high").asDouble()).isCloseTo(95, within(1e-6));
    assertThat(result.at("/limits/0/latent").asText()).isEqualTo("light");
    assertThat(result.at("/limits/0/limit").asDouble()).isCloseTo(90, within(1e-6));
    assertThat(result.at("/limits/0/share").asDouble()).isBetween(0.0, 1.0);
  }

  /** Value of the first latent at 0, in its unit. */
  private static double meanOfFirst() throws Exception {
    return ModelBundle.read(Path.of(model)).manifest().nodes().get(0).factor().of(0);
  }

  @Test
  void shouldSayItInWords() {
    // When
    int exit = run(model, "--data", sequence, "--ahead", "90s", "--limit", "pendulum=1000");
    // Then
    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.matches("pendulum +now +-?[\\d.]+"))
        .anyMatch(line -> line.matches(" +1 min 30 s +-?[\\d.]+   -?[\\d.]+ to -?[\\d.]+"))
        .anyMatch(
            line -> line.matches("pendulum reaches 1000[.0]* within 1 min 30 s in 0 % of futures"));
  }

  @Test
  void shouldBeginAtTheFrameThatIsNamed() throws Exception {
    assertThat(
            json(model, "--data", sequence, "--ahead", "1s", "--frame", "7").at("/frame").asInt())
        .isEqualTo(7);
  }

  @Test
  void shouldSayWhyItCannotLookAhead() {
    for (String[] each :
        new String[][] {
          {"give --set, or --ahead", model},
          {"--limit needs --ahead", model, "--set", "light=95", "--limit", "light=90"},
          {"--ahead needs --data", model, "--ahead", "1s"},
          {
            "leave it out with --ahead",
            model,
            "--ahead",
            "1s",
            "--data",
            sequence,
            "--out",
            "a.png"
          },
          {"has none: train it on a sequence", "demo", "--ahead", "1s", "--data", sequence},
          {"frames are independent", model, "--ahead", "1s", "--data", independent},
          {"from one frame, 0.05 s, to 16 min 40 s", model, "--ahead", "3h", "--data", sequence},
          {"but was 99999999 d 0 h", model, "--ahead", "99999999d", "--data", sequence},
          {"no latent 'lamp'", model, "--ahead", "1s", "--data", sequence, "--set", "lamp=1"},
          {"--frame must be", model, "--ahead", "1s", "--data", sequence, "--frame", "60"},
        }) {
      err.getBuffer().setLength(0);
      assertThat(run(Arrays.copyOfRange(each, 1, each.length))).as(each[0]).isEqualTo(1);
      assertThat(err.toString()).contains(each[0]);
    }
  }

  @Test
  void shouldFollowTheEquationsWithinAFrame() {
    // When
    int exit = run("demo", "--set", "pendulum=20", "--set", "light=90");
    // Then
    assertThat(exit).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("pendulum +[\\d.-]+ +20.000  set")
        .containsPattern("light +[\\d.-]+ +90.000  set");
  }
}
