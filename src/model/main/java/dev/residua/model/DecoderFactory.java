package dev.residua.model;

import dev.residua.causal.LatentDecoder;

/** Opens the decoder of a network, in the units of its scorer. */
@FunctionalInterface
public interface DecoderFactory {
  LatentDecoder open(NetworkPlan network);
}
