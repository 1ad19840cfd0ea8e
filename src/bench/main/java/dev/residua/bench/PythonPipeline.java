package dev.residua.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The Python program that the scoring of this product is compared with. */
public final class PythonPipeline {
  private final PythonScript script;

  private PythonPipeline(PythonScript script) {
    this.script = script;
  }

  /** As {@link PythonScript#find}. */
  public static PythonPipeline find(Optional<Path> python)
      throws StartFailedException, InterruptedException {
    return new PythonPipeline(PythonScript.find("pipeline.py", python));
  }

  /**
   * Drains a backlog.
   *
   * @param bootstrapServers address of the broker
   * @param topics frames are read from theirs, JSON scores go to theirs
   * @param model bundle
   * @param frames frames that are there, at least 100
   * @param reconstruct whether every frame is reconstructed, or none
   * @param precision {@code fp32} or {@code bf16}
   * @return output of the script
   * @throws StartFailedException with its error output, if it fails
   */
  public JsonNode run(
      String bootstrapServers,
      Topics topics,
      Path model,
      int frames,
      boolean reconstruct,
      String precision)
      throws StartFailedException, InterruptedException {
    return script.run(
        List.of(
            "--bootstrap",
            bootstrapServers,
            "--frames-topic",
            topics.frames().name(),
            "--scores-topic",
            topics.scores().name(),
            "--model",
            model.toString(),
            "--frames",
            Integer.toString(frames),
            "--reconstruct",
            reconstruct ? "1" : "0",
            "--precision",
            precision));
  }
}
