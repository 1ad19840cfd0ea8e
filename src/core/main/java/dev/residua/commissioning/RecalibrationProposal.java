package dev.residua.commissioning;

import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * A proposal to let a source learn again what is normal for it, as the p-values of a latent are no
 * longer uniform. It changes nothing: a person looks, and decides.
 *
 * @param context of the source; empty where it has one normal for all frames
 * @param latent name of the latent
 * @param found how its p-values differ from the uniform law
 */
public record RecalibrationProposal(String context, String latent, NonUniformity found) {
  /** What to do about a proposal, for people. */
  public static final String ADVICE =
      "A slow fault can look the same, so look at the pictures first. Correct what is wrong; if"
          + " nothing is, let the source learn again.";

  /** What was found, for people: without a full stop at the end. */
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

  /** The latent with its context, for people. */
  public String subject() {
    String spoken = latent.replace('_', ' ');
    return context.isEmpty() ? spoken : context + ", " + spoken;
  }
}
