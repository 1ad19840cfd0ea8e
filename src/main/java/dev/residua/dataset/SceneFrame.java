package dev.residua.dataset;

import org.jspecify.annotations.Nullable;

/**
 * What is true of one generated frame. The arrays are owned by this record.
 *
 * @param index number of the frame in the stream, from 0
 * @param factors value of every node, in causal order, as drawn
 * @param noise structural residual of every node under the nominal mechanisms, {@code factor -
 *     mechanism(parents)}; in nominal frames exactly the noise that was drawn; 0 for roots
 * @param event what is happening to this frame; null in nominal frames
 */
@SuppressWarnings("ArrayRecordComponent")
public record SceneFrame(
    long index, double[] factors, double[] noise, @Nullable ActiveEvent event) {

  /**
   * An event at work.
   *
   * @param id name of the event, unique in the stream
   * @param event what the scenario says of it
   * @param start index of its first frame in the stream
   */
  public record ActiveEvent(String id, ScenarioEvent event, long start) {}
}
