package dev.residua.causal;

/** Digest of a model in the short form of records of which there is one per frame. */
public final class ModelDigest {
  /** Digits of the short form: 48 bits, so that chance makes no two models of a registry equal. */
  public static final int DIGITS = 12;

  private ModelDigest() {}

  /**
   * Returns the first digits.
   *
   * @param sha256 digest of the model's bundle, hexadecimal
   */
  public static String brief(String sha256) {
    return sha256.substring(0, Math.min(DIGITS, sha256.length()));
  }
}
