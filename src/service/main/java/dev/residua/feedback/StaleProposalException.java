package dev.residua.feedback;

/** What a proposal would change has changed since it was made. */
public final class StaleProposalException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * @param sentence what is different, and what to do
   */
  public StaleProposalException(String sentence) {
    super(sentence);
  }
}
