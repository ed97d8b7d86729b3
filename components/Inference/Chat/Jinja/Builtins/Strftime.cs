using System.Globalization;
using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>C's date formats, in English.</summary>
internal static class Strftime
{
    public static string Format(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            var plain = format[++at] == '-' && at + 1 < format.Length;
            var field = Field(time, plain ? format[++at] : format[at]);
            text.Append(plain ? field.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : field);
        }

        return text.ToString();
    }

    private static string Net(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Field(DateTimeOffset time, char code) => code switch
    {
        'a' => Net(time, "ddd"),
        'A' => Net(time, "dddd"),
        'b' or 'h' => Net(time, "MMM"),
        'B' => Net(time, "MMMM"),
        'c' => Net(time, "ddd MMM ") + $"{time.Day,2}" + Net(time, " HH:mm:ss yyyy"),
        'C' => $"{time.Year / 100:00}",
        'd' => Net(time, "dd"),
        'D' or 'x' => Net(time, "MM'/'dd'/'yy"),
        'e' => $"{time.Day,2}",
        'f' => Net(time, "ffffff"),
        'F' => Net(time, "yyyy-MM-dd"),
        'H' => Net(time, "HH"),
        'I' => Net(time, "hh"),
        'j' => $"{time.DayOfYear:000}",
        'm' => Net(time, "MM"),
        'M' => Net(time, "mm"),
        'n' => "\n",
        'p' => Net(time, "tt"),
        'R' => Net(time, "HH:mm"),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => Net(time, "ss"),
        't' => "\t",
        'T' or 'X' => Net(time, "HH:mm:ss"),
        'u' => ((((int)time.DayOfWeek + 6) % 7) + 1).ToString(CultureInfo.InvariantCulture),
        'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}",
        'V' => $"{ISOWeek.GetWeekOfYear(time.DateTime):00}",
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'W' => $"{(time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7:00}",
        'y' => Net(time, "yy"),
        'Y' => Net(time, "yyyy"),
        'z' or 'Z' => "", // as Python has it for a time without a zone
        '%' => "%",
        _ => throw new JinjaException($"strftime_now: the format code '%{code}' is not supported"),
    };
}
