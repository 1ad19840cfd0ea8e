package dev.residua.scoring;

import dev.residua.frame.SceneName;

/** Finds the scene of a source. */
@FunctionalInterface
public interface Scenes {
  /** Every source is in the default scene. */
  Scenes ONE = source -> SceneName.DEFAULT;

  /** Name of the scene whose models score the frames of a source. */
  String of(String source);
}
