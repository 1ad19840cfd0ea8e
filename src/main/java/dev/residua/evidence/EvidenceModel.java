package dev.residua.evidence;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.LatentDecoder;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.Subject;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Draws the pictures of incidents with one model. Owns the native memory of its engines. For one
 * thread.
 */
public final class EvidenceModel implements AutoCloseable {
  private final CausalGraph graph;
  private final FrameScorer scorer;
  private final LatentDecoder decoder;

  /**
   * @param scorer of the model; closed here
   * @param decoder of the same model, for latents as the scorer gives them; closed here
   */
  public EvidenceModel(CausalGraph graph, FrameScorer scorer, LatentDecoder decoder) {
    this.graph = graph;
    this.scorer = scorer;
    this.decoder = decoder;
  }

  /** Shape of frames and pictures. */
  ImageShape shape() {
    return scorer.imageShape();
  }

  /**
   * Draws the pictures of a subject.
   *
   * <p>In the expected picture every latent with causes has the value that they explain, and every
   * root the observed one; a root that is the subject has its usual value. The heat map of a latent
   * shows where its deviation shows; that of another subject shows where frame and expected picture
   * differ.
   *
   * @param pixels the frame, unsigned bytes in {@link #shape}
   * @return PNG files by kind; empty for silence
   */
  Map<Kind, byte[]> draw(Subject subject, byte[] pixels) {
    Set<Kind> wanted = Kind.of(subject);
    Map<Kind, byte[]> pictures = new EnumMap<>(Kind.class);
    if (wanted.contains(Kind.FRAME)) {
      pictures.put(Kind.FRAME, PictureFiles.picture(pixels, shape()));
    }
    if (wanted.contains(Kind.EXPECTED)) {
      LatentBatch scored = scorer.encode(pixels, 1);
      int latent = subject.isLatent() ? graph.names().indexOf(subject.name()) : -1;
      float[] expected = decoder.decode(explained(scored, latent), 1);
      pictures.put(Kind.EXPECTED, PictureFiles.picture(expected, 0, shape()));
      pictures.put(
          Kind.HEATMAP,
          latent < 0
              ? PictureFiles.difference(pixels, expected, shape())
              : PictureFiles.difference(
                  decoder.decodeWith(scored.observed(), latent, scored.expected()[latent]),
                  shape()));
    }
    return pictures;
  }

  private float[] explained(LatentBatch scored, int subject) {
    float[] latents = scored.expected().clone();
    for (int i = 0; i < latents.length; i++) {
      if (graph.isRoot(i) && i != subject) {
        latents[i] = scored.observed()[i];
      }
    }
    return latents;
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
