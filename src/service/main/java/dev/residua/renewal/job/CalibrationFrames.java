package dev.residua.renewal.job;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.TrainingData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calibration part of a stream's data, without the frames to train on. */
record CalibrationFrames(StreamData data) implements TrainingData {
  @Override
  public String name() {
    return data.name();
  }

  @Override
  public String sha256() {
    return data.sha256();
  }

  @Override
  public ImageShape shape() {
    return data.shape();
  }

  @Override
  public int size() {
    return data.size() - data.trained();
  }

  @Override
  public void read(int index, byte[] into, int offset) {
    data.read(data.trained() + index, into, offset);
  }

  @Override
  public PixelMask mask(int index) {
    return data.mask(data.trained() + index);
  }

  @Override
  public List<String> factorNames() {
    return data.factorNames();
  }

  @Override
  public List<String> variableNames() {
    return data.variableNames();
  }

  @Override
  public double[] variables(int index) {
    return data.variables(data.trained() + index);
  }

  @Override
  public double @Nullable [] factors(int index) {
    return data.factors(data.trained() + index);
  }
}
