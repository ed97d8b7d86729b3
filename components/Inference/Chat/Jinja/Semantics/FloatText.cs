using System.Globalization;
using System.Numerics;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Floats as Python writes them.</summary>
internal static class FloatText
{
    /// <summary>The shortest digits that read back as the same number, as <c>repr</c> lays them out.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        var (digits, point) = ShortestDigits(Math.Abs(value));
        var sign = double.IsNegative(value) ? "-" : "";
        if (point is > -4 and <= 16)
            return sign + Plain(digits, point) + (point >= digits.Length ? ".0" : "");
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return $"{sign}{digits[0]}{fraction}e{Exponent(point - 1)}";
    }

    /// <summary>Exactly <paramref name="decimals"/> digits after the point, rounded from the exact binary value, ties to even.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return Repr(value);
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff);
        BigInteger scaled = (bits & 0xfffffffffffffL) | (exponent == 0 ? 0 : 1L << 52);
        var shift = Math.Max(exponent, 1) - 1075;
        scaled *= BigInteger.Pow(10, decimals);
        if (shift >= 0)
        {
            scaled <<= shift;
        }
        else
        {
            var one = BigInteger.One << -shift;
            scaled = BigInteger.DivRem(scaled, one, out var rest);
            var half = (rest << 1).CompareTo(one);
            if (half > 0 || (half == 0 && !scaled.IsEven))
                scaled += 1;
        }

        var digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>One digit, point, <paramref name="decimals"/> digits, and the exponent.</summary>
    public static string Scientific(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return Repr(value);
        var text = value.ToString("E" + decimals, CultureInfo.InvariantCulture);
        var e = text.LastIndexOf('E');
        return text[..e] + "e" + Exponent(int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    /// <summary><paramref name="precision"/> significant digits without trailing zeros, in the shorter of the two forms.</summary>
    public static string General(double value, int precision, bool keepZeros = false)
    {
        if (!double.IsFinite(value))
            return Repr(value);
        precision = Math.Max(1, precision);
        var scientific = Scientific(value, precision - 1);
        var e = scientific.LastIndexOf('e');
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < precision)
            return Strip(Fixed(value, precision - 1 - exponent));
        return Strip(scientific[..e]) + scientific[e..];

        string Strip(string digits) => keepZeros || !digits.Contains('.', StringComparison.Ordinal) ? digits : digits.TrimEnd('0').TrimEnd('.');
    }

    private static string Exponent(int exponent) => (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    /// <summary>The digits, and how many of them stand before the point (negative: zeros after it).</summary>
    private static (string Digits, int Point) ShortestDigits(double value)
    {
        if (value == 0)
            return ("0", 1);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var mantissa = shortest.Split('E')[0];
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        if (!shortest.Contains('E', StringComparison.Ordinal))
        {
            var whole = mantissa.IndexOf('.', StringComparison.Ordinal) is var dot && dot < 0 ? mantissa : mantissa[..dot];
            if (whole.TrimStart('0').Length > 0)
                return (digits, whole.Length);
            var zeros = mantissa[(dot + 1)..];
            return (digits, -(zeros.Length - zeros.TrimStart('0').Length));
        }

        var exponent = int.Parse(shortest.AsSpan(shortest.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return (digits, exponent + 1);
    }

    private static string Plain(string digits, int point) => point <= 0
        ? "0." + new string('0', -point) + digits
        : point >= digits.Length ? digits.PadRight(point, '0') : digits[..point] + "." + digits[point..];
}
