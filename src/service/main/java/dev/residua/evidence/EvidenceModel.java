package dev.residua.evidence;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.decoding.Stabilizer;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.frame.PixelMask;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.Subject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Draws the pictures of incidents with one model. Owns the native memory of its engines. For one
 * thread.
 */
public final class EvidenceModel implements AutoCloseable {
  private final CausalGraph graph;
  private final Variables variables;
  private final ResidualScorer scorer;
  private final LatentDecoder decoder;
  private final Stabilizer stabilizer;

  /**
   * @param variables of the model
   * @param scorer of the model; closed here
   * @param decoder of the same model, for latents as the scorer gives them; closed here
   * @param stabilizer of the same model
   */
  public EvidenceModel(
      CausalGraph graph,
      Variables variables,
      ResidualScorer scorer,
      LatentDecoder decoder,
      Stabilizer stabilizer) {
    this.graph = graph;
    this.variables = variables;
    this.scorer = scorer;
    this.decoder = decoder;
    this.stabilizer = stabilizer;
  }

  /** Shape of frames and pictures. */
  ImageShape shape() {
    return scorer.imageShape();
  }

  /** Follows the vibrations of cameras whose rule asks for it. */
  Stabilizer stabilizer() {
    return stabilizer;
  }

  /**
   * Draws the pictures of a subject.
   *
   * <p>In the expected picture every latent with causes has the value that they explain, and every
   * root the observed one; a root that is the subject has its usual value. The heat map of a latent
   * marks the effect of its deviation; that of another subject marks the difference between frame
   * and expected picture. A variable does not show in a picture: its heat map is that of another
   * subject. If an expectation is not known, because a variable is missing, the observed value
   * stands in.
   *
   * @param pixels the frame, unsigned bytes in {@link #shape}
   * @param mask pixels that count in nothing
   * @param values of the variables of the frame by name, NaN for a missing one
   * @return PNG files by kind; empty for silence
   */
  Map<Kind, byte[]> draw(
      Subject subject, byte[] pixels, PixelMask mask, ToDoubleFunction<String> values) {
    Set<Kind> wanted = Kind.of(subject);
    Map<Kind, byte[]> pictures = new EnumMap<>(Kind.class);
    if (wanted.contains(Kind.FRAME)) {
      pictures.put(Kind.FRAME, PictureFiles.picture(pixels, shape()));
    }
    if (wanted.contains(Kind.EXPECTED)) {
      float[] read = new float[variables.size()];
      variables.read(values, read, 0);
      LatentBatch scored =
          scorer.encode(FrameInputs.of(pixels, 1).masked(List.of(mask)).observing(read));
      int node = subject.isLatent() ? graph.names().indexOf(subject.name()) : -1;
      int latent = node < decoder.latents() ? node : -1;
      float[] expected = decoder.decode(explained(scored, latent), 1);
      pictures.put(Kind.EXPECTED, PictureFiles.picture(expected, 0, shape()));
      pictures.put(
          Kind.HEATMAP,
          latent < 0
              ? PictureFiles.difference(pixels, mask, expected, shape())
              : PictureFiles.difference(
                  decoder.decodeWith(scored.observed(), latent, expectedOrObserved(scored, latent)),
                  shape()));
    }
    return pictures;
  }

  private float[] explained(LatentBatch scored, int subject) {
    float[] latents = new float[decoder.latents()];
    for (int i = 0; i < latents.length; i++) {
      latents[i] =
          graph.isRoot(i) && i != subject ? scored.observed()[i] : expectedOrObserved(scored, i);
    }
    return latents;
  }

  private static float expectedOrObserved(LatentBatch scored, int i) {
    float expected = scored.expected()[i];
    return Float.isNaN(expected) ? scored.observed()[i] : expected;
  }

  @Override
  public void close() {
    try {
      scorer.close();
    } finally {
      decoder.close();
    }
  }
}
