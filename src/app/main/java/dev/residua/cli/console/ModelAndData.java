package dev.residua.cli.console;

import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options for a model and the data set that it is applied to. */
public final class ModelAndData {
  @Option(names = "--model", required = true, paramLabel = "FILE", description = "Model bundle.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Data set; larger frames are reduced to the size that the model reads.")
  private Path data;

  /** File of the model. */
  public Path modelFile() {
    return model;
  }

  /** Folder of the data set. */
  public Path dataFolder() {
    return data;
  }

  public ModelBundle model() throws BadBundleException {
    return ModelBundle.read(model);
  }

  /**
   * The data set at the size of a model.
   *
   * @throws IllegalArgumentException if its frames are smaller than that
   */
  public FrameDataset data(ModelBundle model) throws IOException {
    return FrameDataset.open(data).reducedTo(model.manifest().image());
  }
}
