package dev.residua.commissioning;

/**
 * Turns the residuals of one source into standardised innovations: what the last frames of the
 * source do not predict, with location 0 and scale 1. Until there are as many past frames as the
 * order needs, the best predictor from those that exist is used, so every frame has an innovation.
 * Constant time per frame. Mutable, for one thread.
 */
public final class InnovationFilter {
  private static final int KEPT = Autoregression.MAX_ORDER;

  private final int latents;
  private final double[] location;
  private final double[] scale;
  private final Autoregression[] models;
  private final float[] recent; // [KEPT][d], newest first
  private int past;

  /** A filter that has seen no frame. */
  public InnovationFilter(SourceCalibration calibration) {
    this.latents = calibration.latents().size();
    this.location = new double[latents];
    this.scale = new double[latents];
    this.models = new Autoregression[latents];
    this.recent = new float[KEPT * latents];
    for (int k = 0; k < latents; k++) {
      LatentCalibration latent = calibration.latents().get(k);
      location[k] = latent.location();
      scale[k] = latent.scale();
      models[k] = Autoregression.of(latent.coefficients());
    }
  }

  /**
   * Takes the residuals of the next frame.
   *
   * @param residuals finite, shape {@code [d]}
   * @param into receives the innovations, shape {@code [d]}
   */
  public void next(float[] residuals, double[] into) {
    if (residuals.length != latents) {
      throw new IllegalArgumentException(
          "frame has %d residuals, the calibration %d".formatted(residuals.length, latents));
    }
    for (int k = 0; k < latents; k++) {
      int used = Math.min(past, models[k].order());
      double[] predictor = models[k].predictor(used);
      double value = residuals[k] - location[k];
      for (int i = 0; i < used; i++) {
        value -= predictor[i] * (recent[i * latents + k] - location[k]);
      }
      into[k] = value / (scale[k] * models[k].error(used));
    }
    System.arraycopy(recent, 0, recent, latents, (KEPT - 1) * latents);
    System.arraycopy(residuals, 0, recent, 0, latents);
    past = Math.min(KEPT, past + 1);
  }

  /** Forgets the past, as after frames that were left out. */
  public void restart() {
    past = 0;
  }

  /**
   * All that is needed to continue.
   *
   * @param past frames that are remembered
   * @param recent their residuals, newest first, shape {@code [past][d]}
   */
  @SuppressWarnings("ArrayRecordComponent") // stored once per frame
  public record State(int past, float[] recent) {}

  /** The present state, a copy. */
  public State state() {
    float[] copy = new float[past * latents];
    System.arraycopy(recent, 0, copy, 0, copy.length);
    return new State(past, copy);
  }

  /**
   * Continues from a state.
   *
   * @throws IllegalArgumentException if the state has another size
   */
  public void restore(State state) {
    if (state.past() < 0
        || state.past() > KEPT
        || state.recent().length != state.past() * latents) {
      throw new IllegalArgumentException(
          "filter state has %d numbers for %d frames, expected %d latents and at most %d frames"
              .formatted(state.recent().length, state.past(), latents, KEPT));
    }
    past = state.past();
    System.arraycopy(state.recent(), 0, recent, 0, state.recent().length);
  }
}
