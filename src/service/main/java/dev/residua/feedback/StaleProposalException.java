package dev.residua.feedback;

/** The object of a proposal has changed since it was made. */
public final class StaleProposalException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * @param sentence the difference, and what to do
   */
  public StaleProposalException(String sentence) {
    super(sentence);
  }
}
