package dev.residua.feedback;

import java.util.Collection;

/**
 * How many alarms were worth one.
 *
 * @param incidents all, reviewed or not
 * @param trueAlarms those that were called true
 * @param falseAlarms those that were called false
 */
public record Precision(int incidents, int trueAlarms, int falseAlarms) {
  private static final double NORMAL_97_5 = 1.959963984540054;

  public Precision {
    if (trueAlarms < 0 || falseAlarms < 0 || trueAlarms + falseAlarms > incidents) {
      throw new IllegalArgumentException(
          "%d true and %d false alarms of %d incidents"
              .formatted(trueAlarms, falseAlarms, incidents));
    }
  }

  /** The precision of some incidents. */
  public static Precision of(Collection<ReviewedIncident> incidents) {
    return new Precision(
        incidents.size(),
        (int) incidents.stream().filter(ReviewedIncident::isTrue).count(),
        (int) incidents.stream().filter(ReviewedIncident::isFalse).count());
  }

  /** How many were reviewed. */
  public int reviewed() {
    return trueAlarms + falseAlarms;
  }

  /** Share of true alarms among those reviewed, in [0, 1]; not a number if none was. */
  public double value() {
    return (double) trueAlarms / reviewed();
  }

  /**
   * Lower end of the 95 % interval of that share (Wilson 1927). It is valid if the reviewed
   * incidents are a random sample of independent incidents; 0 if none was.
   */
  public double low() {
    return reviewed() == 0 ? 0 : Math.max(0, centre() - half());
  }

  /** Upper end of that interval; 1 if none was reviewed. */
  public double high() {
    return reviewed() == 0 ? 1 : Math.min(1, centre() + half());
  }

  private double centre() {
    double z2 = NORMAL_97_5 * NORMAL_97_5;
    return (trueAlarms + z2 / 2) / (reviewed() + z2);
  }

  private double half() {
    double z2 = NORMAL_97_5 * NORMAL_97_5;
    double n = reviewed();
    return NORMAL_97_5 * Math.sqrt((double) trueAlarms * falseAlarms / n + z2 / 4) / (n + z2);
  }
}
