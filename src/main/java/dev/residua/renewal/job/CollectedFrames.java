package dev.residua.renewal.job;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameDecoder;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.FramePosition;
import dev.residua.frame.RejectedFrameException;
import dev.residua.renewal.selection.FrameCandidate;
import dev.residua.renewal.selection.FrameSelection;
import dev.residua.renewal.selection.PixelStore;
import dev.residua.renewal.selection.StreamData;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Frames that were chosen and read, until it is closed. */
public final class CollectedFrames implements AutoCloseable {
  private final StreamData.Parts parts;
  private final PixelStore pixels;

  private CollectedFrames(StreamData.Parts parts, PixelStore pixels) {
    this.parts = parts;
    this.pixels = pixels;
  }

  /** What to train on, what to examine with, and what was left out. */
  public StreamData.Parts parts() {
    return parts;
  }

  @Override
  public void close() {
    pixels.close();
  }

  /** The readings of factors that came with a frame; NaN where there is none. */
  static double[] readings(Map<String, String> attributes, List<String> factorNames) {
    double[] readings = new double[factorNames.size()];
    for (int f = 0; f < readings.length; f++) {
      readings[f] = Double.NaN;
      String text = attributes.get(StreamData.READING + factorNames.get(f));
      if (text != null) {
        try {
          double value = Double.parseDouble(text.strip());
          readings[f] = Double.isFinite(value) ? value : Double.NaN;
        } catch (NumberFormatException e) {
          readings[f] = Double.NaN; // a reading that is no number is none
        }
      }
    }
    return readings;
  }

  static boolean known(double[] readings) {
    return Arrays.stream(readings).anyMatch(Double::isFinite);
  }

  /** Takes the frames of a plan, in any order. */
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

    /** A frame that cannot be decoded is left out when it is done. */
    void take(FramePosition position, Frame frame) {
      try {
        decoder.decode(frame, picture, 0);
      } catch (RejectedFrameException | IndexOutOfBoundsException | ArithmeticException e) {
        return; // counted as unreadable, as it is missing
      }
      double[] readings = readings(frame.attributes(), request.factorNames());
      boolean known = known(readings);
      chosen.put(
          position,
          new StreamData.Chosen(
              new FrameCandidate(
                  frame.source(), position, frame.capturedAt(), frame.sequence(), known),
              pixels.add(picture, 0),
              known ? readings : null));
    }

    CollectedFrames done(String name, FrameSelection.Plan plan) {
      CollectedFrames frames =
          new CollectedFrames(
              StreamData.of(
                  name,
                  request.shape(),
                  request.factorNames(),
                  pixels,
                  plan,
                  chosen,
                  request.selection()),
              pixels);
      done = true;
      return frames;
    }

    /** Gives the pixels back, unless they were handed on. */
    @Override
    public void close() {
      if (!done) {
        pixels.close();
      }
    }
  }
}
