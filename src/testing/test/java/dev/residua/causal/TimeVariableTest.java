package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeVariableTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static double sun(TimeVariable variable, Instant time, double latitude, double east) {
    return variable.at(time, new GeoLocation(latitude, east), null);
  }

  /** Elevation and azimuth by the equations of NOAA's solar calculator (Meeus, 1991), slowly. */
  private static double[] noaa(Instant time, double latitude, double east) {
    double days = time.toEpochMilli() / 86_400_000.0 + 2_440_587.5 - 2_451_545;
    double t = days / 36_525;
    double longitude = 280.46646 + t * (36_000.76983 + 0.0003032 * t);
    double anomaly = 357.52911 + t * (35_999.05029 - 0.0001537 * t);
    double eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
    double centre =
        sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
            + sin(2 * anomaly) * (0.019993 - 0.000101 * t)
            + sin(3 * anomaly) * 0.000289;
    double omega = 125.04 - 1934.136 * t;
    double apparent = longitude + centre - 0.00569 - 0.00478 * sin(omega);
    double seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813));
    double obliquity = 23 + (26 + seconds / 60) / 60 + 0.00256 * cos(omega);
    double declination = Math.toDegrees(Math.asin(sin(obliquity) * sin(apparent)));
    double y = Math.pow(Math.tan(Math.toRadians(obliquity / 2)), 2);
    double equationOfTime =
        4
            * Math.toDegrees(
                y * sin(2 * longitude)
                    - 2 * eccentricity * sin(anomaly)
                    + 4 * eccentricity * y * sin(anomaly) * cos(2 * longitude)
                    - 0.5 * y * y * sin(4 * longitude)
                    - 1.25 * eccentricity * eccentricity * sin(2 * anomaly));
    double utcMinutes = time.toEpochMilli() % 86_400_000 / 60_000.0;
    double hourAngle = (utcMinutes + equationOfTime + 4 * east) / 4 - 180;
    double elevation =
        Math.toDegrees(
            Math.asin(
                sin(latitude) * sin(declination)
                    + cos(latitude) * cos(declination) * cos(hourAngle)));
    double azimuth =
        180
            + Math.toDegrees(
                Math.atan2(
                    sin(hourAngle),
                    cos(hourAngle) * sin(latitude)
                        - Math.tan(Math.toRadians(declination)) * cos(latitude)));
    return new double[] {elevation, azimuth};
  }

  private static double sin(double degrees) {
    return Math.sin(Math.toRadians(degrees));
  }

  private static double cos(double degrees) {
    return Math.cos(Math.toRadians(degrees));
  }

  @Test
  void shouldFindTheSunWhereOtherEquationsDo() {
    // Given places all over the earth, and times from 2000 to 2050
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      double latitude = 180 * random.nextDouble() - 90;
      double east = 360 * random.nextDouble() - 180;
      Instant time = Instant.ofEpochSecond(946_684_800L + random.nextInt(1_577_836_800));
      double[] expected = noaa(time, latitude, east);
      // When
      double elevation = sun(TimeVariable.SUN_ELEVATION, time, latitude, east);
      double azimuth = sun(TimeVariable.SUN_AZIMUTH, time, latitude, east);
      // Then
      assertThat(elevation).isCloseTo(expected[0], within(0.1));
      double turn = Math.IEEEremainder(azimuth - expected[1], 360) * cos(elevation);
      assertThat(turn).isCloseTo(0, within(0.1)); // an angle in the sky
      assertThat(azimuth).isGreaterThanOrEqualTo(0).isLessThan(360);
    }
  }

  @Test
  void shouldStandInTheSouthAtNoonAndHighestAtMidsummer() {
    // Given 13:08 in Berlin, the middle of the longest day of 2026
    Instant noon = Instant.parse("2026-06-21T11:08:20Z");
    // Then 90 - 52.52 + 23.44 degrees
    assertThat(sun(TimeVariable.SUN_ELEVATION, noon, 52.52, 13.40)).isCloseTo(60.92, within(0.02));
    assertThat(sun(TimeVariable.SUN_AZIMUTH, noon, 52.52, 13.40)).isCloseTo(180, within(0.3));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-29T00:30:00Z, 1.5,    7", // winter time
    "2026-03-29T01:30:00Z, 3.5,    7", // summer time began
    "2026-03-29T22:00:00Z, 0,      1",
    "2026-11-30T11:45:36Z, 12.76,  1",
    "2026-11-30T22:59:59.999Z, 0,  1", // rounded, but still in [0, 24)
  })
  void shouldReadTheClockOfTheZone(String time, double hour, double weekday) {
    assertThat(TimeVariable.CLOCK_HOUR.at(Instant.parse(time), null, BERLIN)).isEqualTo(hour);
    assertThat(TimeVariable.CLOCK_WEEKDAY.at(Instant.parse(time), null, BERLIN)).isEqualTo(weekday);
  }

  @Test
  void shouldBeUnknownWithoutAPlace() {
    for (TimeVariable variable : TimeVariable.values()) {
      assertThat(variable.at(Instant.EPOCH, null, null)).isNaN();
      assertThat(TimeVariable.of(variable.variable())).isEqualTo(variable);
    }
    assertThat(TimeVariable.of("sun")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"52.5,13.4", "-33.87,151.21", "0,-180", "90,180"})
  void shouldReadTheLocationThatItWrites(String text) {
    assertThat(GeoLocation.parse(text)).hasToString(text);
    assertThat(GeoLocation.parse(" " + text.replace(",", ", ") + " ").toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "52.5", "95,13", "52.5,190", "52.5 13.4", "1,2,3", "NaN,1", "N52,E13"})
  void shouldRefuseOtherLocations(String text) {
    assertThatThrownBy(() -> GeoLocation.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("such as 52.5,13.4");
  }
}
