package dev.residua.cli.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.Residua;
import dev.residua.app.model.Models;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.ResidualScorer;
import dev.residua.dataset.FrameDataset;
import dev.residua.drift.DriftSettings;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import dev.residua.training.DatasetSource;
import dev.residua.training.ExactDagSearchSettings;
import dev.residua.training.GraphRevision;
import dev.residua.training.MechanismSettings;
import dev.residua.training.TrainingProgress;
import dev.residua.training.graph.GraphConstraints;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs the command on the model that ships with the product. */
@Tag("slow")
class ModelGraphCommandTest {
  @TempDir static Path dir;
  private static Path model;
  private static Path data;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void write() throws Exception {
    model = dir.resolve("shipped.residua");
    Models.read(Optional.empty()).write(model);
    data = dir.resolve("pendulum");
    int exit =
        Residua.commandLine()
            .execute(
                Stream.of(
                        "dataset generate pendulum --noise --count 1500 --seed 5 --out",
                        data.toString())
                    .flatMap(part -> Stream.of(part.split(" ")))
                    .toArray(String[]::new));
    assertThat(exit).isZero();
  }

  private int run(String... more) {
    CommandLine line = Residua.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(
        Stream.concat(
                Stream.of("model", "graph", model.toString(), "--data", data.toString()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void shouldPrintTheGraphOfTheModel() throws Exception {
    // Given
    ModelBundle bundle = ModelBundle.read(model);
    // When
    int exit = run("--json");
    // Then
    assertThat(exit).as(err.toString()).isZero();
    JsonNode json = JsonMapper.builder().build().readTree(out.toString());
    assertThat(json.path("sameData").asBoolean(true)).isFalse();
    assertThat(json.path("searchedFrames").asInt()).isEqualTo(1_050);
    assertThat(json.path("testedFrames").asInt()).isEqualTo(450);
    assertThat(edges(json)).isEqualTo(bundle.graph().toString());
    assertThat(json.path("pairs")).hasSize(6);
    assertThat(json.path("alternatives").isArray()).isTrue();
  }

  private static String edges(JsonNode json) {
    List<String> edges = new ArrayList<>();
    json.path("edges")
        .forEach(edge -> edges.add(edge.path("from").asText() + " -> " + edge.path("to").asText()));
    return String.join(", ", edges);
  }

  /** As the command does, with a shorter calibration of drift. */
  @Test
  void shouldMakeAModelThatPassesItsChecks() throws Exception {
    // Given a constraint against the graph of the model
    ModelBundle bundle = ModelBundle.read(model);
    CausalGraph.Edge first = bundle.graph().edgeList().get(0);
    boolean[][] forbidden = new boolean[4][4];
    forbidden[first.from()][first.to()] = true;
    GraphConstraints known =
        new GraphConstraints(
            bundle.graph().names(), new boolean[4][4], forbidden, new boolean[4][4]);
    GraphRevision revision;
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1)) {
      revision =
          GraphRevision.of(
              bundle,
              scorer,
              new DatasetSource(FrameDataset.open(data), bundle.manifest().latentNames()),
              known,
              1,
              ExactDagSearchSettings.DEFAULTS.withFeatures(100),
              MechanismSettings.DEFAULTS,
              TrainingProgress.SILENT);
    }
    // When
    ModelBundle refitted = revision.refitted();
    ModelBundle revised;
    try (ResidualScorer scorer = BundleOpener.scorer(refitted, 1)) {
      revised =
          revision.calibrated(
              refitted,
              scorer,
              DriftSettings.DEFAULTS
                  .withSimulation(50, 512)
                  .withFrequencies(16)
                  .withTargetRunLength(1_000),
              TrainingProgress.SILENT);
    }
    // Then
    assertThat(revised.graph().hasEdge(first.from(), first.to())).isFalse();
    assertThat(revised.manifest().parentId()).isEqualTo(bundle.id());
    try (ScoringModel scoring = BundleOpener.scoring(revised, 1)) { // also runs its self-test
      assertThat(scoring.calibration().size()).isEqualTo(450);
    }
  }

  @Test
  void shouldFailWithOneSentenceOnNamesThatAreNoLatents() throws Exception {
    // Given
    Path known = dir.resolve("wrong.txt");
    Files.writeString(known, "sun !> moon\n");
    // When
    int exit = run("--graph", known.toString());
    // Then
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString()).contains("has the line sun !> moon");
  }
}
