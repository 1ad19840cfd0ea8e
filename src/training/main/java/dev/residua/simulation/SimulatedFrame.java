package dev.residua.simulation;

import org.jspecify.annotations.Nullable;

/**
 * The truth about one generated frame. The arrays are owned by this record.
 *
 * @param index number of the frame in the stream, from 0
 * @param factors value of every node, in causal order, as drawn
 * @param noise structural residual of every node under the nominal mechanisms, {@code (factor -
 *     mechanism(parents)) / noiseScale(parents)}, in a dynamic scene given the states of the
 *     earlier frames; in nominal frames exactly the noise that was drawn; 0 for roots
 * @param hidden value of every hidden variable of the scene
 * @param event the frame's event; null in nominal frames
 * @param changed in the second frame of a pair, the factor whose root value or noise alone was
 *     redrawn; else null
 * @param held in both frames of a held pair, the factor whose value they share; else null
 */
@SuppressWarnings("ArrayRecordComponent")
public record SimulatedFrame(
    long index,
    double[] factors,
    double[] noise,
    double[] hidden,
    @Nullable ActiveEvent event,
    @Nullable String changed,
    @Nullable String held) {

  /**
   * An event in progress.
   *
   * @param id name of the event, unique in the stream
   * @param event its definition in the scenario
   * @param start index of its first frame in the stream
   */
  public record ActiveEvent(String id, ScenarioEvent event, long start) {}
}
