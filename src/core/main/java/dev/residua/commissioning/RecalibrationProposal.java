package dev.residua.commissioning;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * Proposal to let a source learn its normal again, because the p-values of a latent are not
 * uniform. It changes nothing: a person decides.
 *
 * @param context of the source; empty if it has one normal for all frames
 */
public record RecalibrationProposal(String context, String latent, NonUniformity found) {
  /** Advice about a proposal, for people. */
  public static final String ADVICE =
      "A slow fault can look the same, so look at the pictures first. Correct the fault; if"
          + " there is none, let the source learn again.";

  /** Returns a sentence without a full stop. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%s: p-values are too %s, so %s: %.0f %% of %d effective samples have a p-value of at most"
            + " %.1f instead of %.0f %%, and their mean rank is %.2f instead of 0.50, since %s",
        subject(),
        switch (found.direction()) {
          case TOO_SMALL -> "small";
          case TOO_LARGE -> "large";
        },
        switch (found.direction()) {
          case TOO_SMALL -> "alarms are more frequent than promised";
          case TOO_LARGE -> "alarms are less frequent than promised and faults are found late";
        },
        100 * found.smallShare(),
        found.samples(),
        NonUniformity.SMALL,
        100 * NonUniformity.SMALL,
        found.meanRank(),
        found.since().truncatedTo(ChronoUnit.SECONDS));
  }

  /** Returns the note of a status with proposals about these subjects. */
  public static String note(List<String> subjects) {
    return "p-values are no longer uniform, recalibration is proposed: "
        + String.join(", ", subjects);
  }

  /** The latent with its context, for people. */
  public String subject() {
    return subject(context, latent);
  }

  /** Like {@link #subject()}, of a proposal with this context and latent. */
  public static String subject(String context, String latent) {
    String spoken = latent.replace('_', ' ');
    return context.isEmpty() ? spoken : context + ", " + spoken;
  }
}
