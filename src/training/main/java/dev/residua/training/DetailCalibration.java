package dev.residua.training;

import dev.residua.causal.DetailStatistics;
import dev.residua.dataset.DetailPictures;
import dev.residua.detail.DetailChannel;
import dev.residua.detail.TilePatterns;
import dev.residua.model.ModelBundle;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model of details with the details of the frames that calibrated it.
 *
 * @param channel the model
 * @param frames details of each nominal frame, in their order
 */
@SuppressWarnings("ArrayRecordComponent") // made once per calibration
record DetailCalibration(DetailChannel channel, DetailStatistics[] frames) {
  /**
   * Learns from the training frames and calibrates on the nominal ones.
   *
   * @return null if the data has no detail pictures
   */
  static @Nullable DetailCalibration of(TrainingInput input, TrainingProgress progress) {
    DetailPictures pictures = input.data.details();
    if (pictures == null) {
      return null;
    }
    TilePatterns patterns =
        fit(pictures)
            .patterns(
                input.usualPictures(), fraction -> progress.at("learning details", fraction, null));
    return of(pictures, patterns, input.nominal, progress);
  }

  static DetailCalibration of(
      DetailPictures pictures, TilePatterns patterns, int[] nominal, TrainingProgress progress) {
    DetailChannel channel =
        fit(pictures)
            .calibrated(
                patterns,
                nominal,
                fraction -> progress.at("calibrating details", 0.6 * fraction, null));
    DetailStatistics[] frames = new DetailStatistics[nominal.length];
    byte[] picture = new byte[pictures.shape().size()];
    for (int i = 0; i < frames.length; i++) {
      pictures.read(nominal[i], picture, 0);
      frames[i] = channel.statistics(picture, 0, pictures.mask());
      progress.at("calibrating details", 0.6 + 0.4 * (i + 1) / frames.length, null);
    }
    return new DetailCalibration(channel, frames);
  }

  private static DetailFit fit(DetailPictures pictures) {
    return new DetailFit(
        pictures.shape(), pictures.mask(), (index, into) -> pictures.read(index, into, 0));
  }

  DetailStatistics statistics(int frame) {
    return frames[frame];
  }

  Map<String, byte[]> entries() {
    return Map.of(
        ModelBundle.DETAIL_MODEL, channel.model().toBytes(),
        ModelBundle.DETAIL_CALIBRATION, channel.calibration().toBytes());
  }
}
