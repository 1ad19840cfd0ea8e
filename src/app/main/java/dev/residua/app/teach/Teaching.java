package dev.residua.app.teach;

import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Life cycle of the teaching page of one data set. */
public final class Teaching implements AutoCloseable {
  private final TeachingSet set;
  private final TeachTraining training;
  private final TeachServer server;

  private Teaching(TeachingSet set, TeachTraining training, TeachServer server) {
    this.set = set;
    this.training = training;
    this.server = server;
  }

  /** Port for the training of a model. */
  @FunctionalInterface
  public interface ModelTrainer {
    /** Trains a model. Calls {@code progress} often, which may throw to cancel the training. */
    TrainingReport train(TrainingData data, TrainingSettings settings, TrainingProgress progress)
        throws TrainingFailedException;
  }

  /**
   * Opens a data set and serves its page.
   *
   * @param out bundle that trainings write
   * @param models models whose estimates choose questions
   * @param threads native threads of a training
   * @param port 0 selects a free one
   * @param access who may use it; only loopback may be open
   * @throws IOException if the folder is not a data set, is taught by another process or cannot be
   *     written, or the port cannot be opened
   * @throws BadBundleException if a model is damaged
   */
  public static Teaching start(
      Path data,
      Path out,
      List<Path> models,
      ModelTrainer trainer,
      int threads,
      InetAddress host,
      int port,
      TeachAccess access,
      Clock clock)
      throws IOException, BadBundleException {
    TeachingSet set = TeachingSet.open(data, clock);
    try {
      TeachTraining training = new TeachTraining(set, out, trainer, threads);
      for (Path model : models) {
        training.addOpinion(ModelBundle.read(model), FrameDataset.open(data));
      }
      return new Teaching(
          set, training, TeachServer.start(new TeachApi(set, training), host, port, access));
    } catch (IOException | BadBundleException | RuntimeException e) {
      set.close();
      throw e;
    }
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    server.close();
    training.close();
    set.close();
  }
}
