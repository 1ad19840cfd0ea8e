package dev.residua.cli.console;

import dev.residua.causal.DetailStatistics;
import dev.residua.dataset.DetailPictures;
import dev.residua.dataset.FrameDataset;
import dev.residua.detail.DetailChannel;
import dev.residua.frame.ImageShape;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Evaluates the detail pictures of a data set. Not thread-safe. */
public final class SetDetails {
  private final DetailChannel channel;
  private final DetailPictures pictures;
  private final byte[] picture;

  private SetDetails(DetailChannel channel, DetailPictures pictures) {
    this.channel = channel;
    this.pictures = pictures;
    this.picture = new byte[pictures.shape().size()];
  }

  /**
   * The details of a set as a model finds them.
   *
   * @param channel of the model; null for none
   * @param err receives a sentence if the set has no pictures for the model
   * @param leftOut the part that is omitted then
   * @return null if there are none
   */
  public static @Nullable SetDetails of(
      @Nullable DetailChannel channel, FrameDataset set, PrintWriter err, String leftOut) {
    if (channel == null) {
      return null;
    }
    DetailPictures pictures = set.details();
    ImageShape shape = channel.model().shape();
    if (pictures != null && pictures.shape().equals(shape)) {
      return new SetDetails(channel, pictures);
    }
    err.printf(
        "%s: %s has no detail pictures of %dx%d; import the frames with --details %dx%d%n",
        leftOut, set.name(), shape.width(), shape.height(), shape.width(), shape.height());
    return null;
  }

  /** The details of a frame. */
  public DetailStatistics of(int frame) {
    pictures.read(frame, picture, 0);
    return channel.statistics(picture, 0, pictures.mask());
  }
}
