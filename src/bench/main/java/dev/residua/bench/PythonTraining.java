package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.residua.app.process.StartFailedException;
import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The Python program that a training step of this product is compared with. It has the same network
 * and losses in PyTorch. It first repeats one step of ours, from the same weights on the same
 * frames, and fails if its losses differ or its weights move otherwise.
 */
public final class PythonTraining {
  /**
   * The residuals are compared with a random order of themselves. With this weight the comparison
   * is reported, but moves no weight, so that the step to repeat does not depend on the order.
   */
  private static final double NEARLY_NOTHING = 1e-12;

  private final PythonScript script;

  private PythonTraining(PythonScript script) {
    this.script = script;
  }

  /** As {@link PythonScript#find}. */
  public static PythonTraining find(Optional<Path> python)
      throws StartFailedException, InterruptedException {
    return new PythonTraining(PythonScript.find("train.py", python));
  }

  /**
   * Measures training steps.
   *
   * @param data whose labels are all known if a frame has any
   * @param labelled frames with labels, at least as many as the labelled batch
   * @param graph over the factors
   * @param weights that the step to repeat starts from, as {@link TrainedNetwork#weights}
   * @param folder for files
   * @return output of the script
   * @throws StartFailedException with the reason, if the script fails or computes something else
   */
  public JsonNode run(
      Trainer trainer,
      TrainingData data,
      int[] labelled,
      CausalGraph graph,
      TrainingSettings settings,
      byte[] weights,
      Path folder)
      throws IOException, TrainingFailedException, StartFailedException, InterruptedException {
    TrainingSettings oneStep =
        settings
            .withSteps(1)
            .withLanca(
                lanca ->
                    lanca
                        .mmdWeight(NEARLY_NOTHING)
                        .graph(settings.lanca().graph().withFixed(graph.edges())));
    int[] first = Arrays.copyOf(labelled, settings.labelledBatch());
    Path frames = frames(data, folder.resolve("frames"));
    Path labels = folder.resolve("labels.json");
    JsonMapper json = JsonMapper.builder().build();
    Files.write(
        labels,
        json.writeValueAsBytes(
            Map.of(
                "frames",
                labelled,
                "factors",
                IntStream.of(labelled).mapToObj(data::factors).toList())));
    Path before = Files.write(folder.resolve("before"), weights);
    Path after = folder.resolve("after");
    TrainingLosses losses;
    try (TrainedNetwork network =
        trainer.train(data, settings.batch(), first, oneStep, weights, TrainingProgress.SILENT)) {
      Files.write(after, network.weights());
      losses = network.finalLosses();
    }
    ImageShape shape = data.shape();
    return script.run(
        List.of(
            "--frames",
            frames.toString(),
            "--shape",
            "%dx%dx%d".formatted(shape.height(), shape.width(), shape.channels()),
            "--labels",
            labels.toString(),
            "--before",
            before.toString(),
            "--after",
            after.toString(),
            "--losses",
            json.writeValueAsString(
                Map.of(
                    "reconstruction", losses.reconstruction(),
                    "label", losses.label(),
                    "mmd", losses.mmd(),
                    "structural", losses.structural())),
            "--graph",
            json.writeValueAsString(numbers(graph)),
            "--batch",
            Integer.toString(settings.batch()),
            "--labelled-batch",
            Integer.toString(settings.labelledBatch()),
            "--steps",
            Integer.toString(settings.steps()),
            "--threads",
            Integer.toString(settings.threads())));
  }

  private static Path frames(TrainingData data, Path file) throws IOException {
    byte[] pixels = new byte[data.shape().size()];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < data.size(); i++) {
        data.read(i, pixels, 0);
        out.write(pixels);
      }
    }
    return file;
  }

  private static int[][] numbers(CausalGraph graph) {
    int[][] numbers = new int[graph.size()][graph.size()];
    for (int i = 0; i < graph.size(); i++) {
      for (int j = 0; j < graph.size(); j++) {
        numbers[i][j] = graph.hasEdge(i, j) ? 1 : 0;
      }
    }
    return numbers;
  }
}
