package dev.residua.renewal.job;

import dev.residua.causal.Variables;
import dev.residua.decoding.FrameDecoder;
import dev.residua.decoding.Stabilizer;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.PixelMask;
import dev.residua.frame.RejectedFrameException;
import dev.residua.renewal.selection.FrameCandidate;
import dev.residua.renewal.selection.FrameSelection;
import dev.residua.renewal.selection.PixelStore;
import dev.residua.renewal.selection.StreamData;
import dev.residua.source.SourceRule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Frames that were chosen and read; close it to free their pixels. */
public final class CollectedFrames implements AutoCloseable {
  private final StreamData.Parts parts;
  private final PixelStore pixels;

  private CollectedFrames(StreamData.Parts parts, PixelStore pixels) {
    this.parts = parts;
    this.pixels = pixels;
  }

  /** The frames to train on, the held-out frames, and the counts of frames left out. */
  public StreamData.Parts parts() {
    return parts;
  }

  @Override
  public void close() {
    pixels.close();
  }

  /** The readings of factors in a frame's attributes; NaN for a missing one. */
  static double[] readings(Map<String, String> attributes, List<String> factorNames) {
    double[] readings = new double[factorNames.size()];
    for (int f = 0; f < readings.length; f++) {
      readings[f] = Variables.value(attributes.get(StreamData.READING + factorNames.get(f)));
    }
    return readings;
  }

  static boolean known(double[] readings) {
    return Arrays.stream(readings).anyMatch(Double::isFinite);
  }

  /** Collects the frames of a plan, in any order. */
  static final class Collector implements AutoCloseable {
    private final FrameRequest request;
    private final FrameDecoder decoder;
    private final PixelStore pixels;
    private final byte[] picture;
    private final Map<FramePosition, StreamData.Chosen> chosen = new HashMap<>();
    private boolean done;

    Collector(FrameRequest request, FrameLimits limits) {
      this.request = request;
      this.decoder = new FrameDecoder(limits, request.shape());
      this.pixels = new PixelStore(request.shape().size(), request.memoryBytes(), request.folder());
      this.picture = new byte[request.shape().size()];
    }

    /** Decodes and keeps a frame as its source is scored; one that cannot be is left out. */
    void add(FramePosition position, Frame frame) {
      add(position, frame, request.rules().apply(frame.source()), PixelMask.NONE);
    }

    /**
     * Decodes and keeps the whole of a frame; one that cannot be decoded is left out.
     *
     * @param masked pixels that show nothing for another reason
     */
    void addWhole(FramePosition position, Frame frame, PixelMask masked) {
      add(position, frame, SourceRule.DEFAULTS, masked);
    }

    private void add(FramePosition position, Frame frame, SourceRule rule, PixelMask masked) {
      Stabilizer stabilizer = rule.stabilize() ? request.stabilizer() : null;
      PixelMask mask;
      try {
        mask = decoder.decode(frame, rule.geometry(), stabilizer, picture, 0).union(masked);
      } catch (RejectedFrameException | IndexOutOfBoundsException | ArithmeticException e) {
        return; // missing frames count as unreadable
      }
      double[] readings = readings(frame.attributes(), request.factorNames());
      boolean known = known(readings);
      chosen.put(
          position,
          new StreamData.Chosen(
              new FrameCandidate(
                  frame.source(), position, frame.capturedAt(), frame.sequence(), known),
              pixels.add(picture, 0),
              known ? readings : null,
              request.variables(rule, frame.attributes(), frame.capturedAt()),
              mask));
    }

    CollectedFrames done(String name, FrameSelection.Plan plan) {
      CollectedFrames frames =
          new CollectedFrames(
              StreamData.of(
                  name,
                  request.shape(),
                  request.factorNames(),
                  request.variableNames(),
                  pixels,
                  plan,
                  chosen,
                  request.selection()),
              pixels);
      done = true;
      return frames;
    }

    /** Frees the pixels unless {@link #done} passed them on. */
    @Override
    public void close() {
      if (!done) {
        pixels.close();
      }
    }
  }
}
