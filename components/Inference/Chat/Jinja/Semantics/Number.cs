using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>An int (bool counts as one) or a float.</summary>
internal readonly struct Number
{
    private Number(bool isInteger, long integer, double real)
    {
        IsInteger = isInteger;
        Integer = integer;
        Real = real;
    }

    public bool IsInteger { get; }

    /// <summary>The value of an int.</summary>
    public long Integer { get; }

    /// <summary>The value as a float, for ints as well.</summary>
    public double Real { get; }

    public static bool TryGet(object? value, out Number number)
    {
        switch (value)
        {
            case long integer:
                number = new Number(true, integer, integer);
                return true;
            case double real:
                number = new Number(false, 0, real);
                return true;
            case bool boolean:
                number = boolean ? new Number(true, 1, 1) : new Number(true, 0, 0);
                return true;
            default:
                number = default;
                return false;
        }
    }

    /// <summary>An argument that has to be an int.</summary>
    public static long RequireInteger(object? value, string what)
    {
        if (TryGet(value, out var number) && number.IsInteger)
            return number.Integer;
        throw value is Undefined undefined ? undefined.Fail() : new JinjaException($"{what} must be an int, not {TypeNames.Of(value)}");
    }

    /// <summary>An argument that has to be a small int, clamped into the range of <see cref="int"/>.</summary>
    public static int RequireInt32(object? value, string what) => (int)Math.Clamp(RequireInteger(value, what), int.MinValue, int.MaxValue);

    /// <summary>Python's <c>float(text)</c>: blanks around and single underscores inside are fine, as are inf and nan.</summary>
    public static bool TryParseReal(string text, out double real)
    {
        var digits = Trimmed(text);
        switch (digits.TrimStart('+').ToLowerInvariant())
        {
            case "inf" or "infinity": real = double.PositiveInfinity; return true;
            case "-inf" or "-infinity": real = double.NegativeInfinity; return true;
            case "nan" or "-nan": real = double.NaN; return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        real = 0;
        return TryDropUnderscores(digits, out digits) && double.TryParse(digits, Style, CultureInfo.InvariantCulture, out real) && digits[^1] != '\0';
    }

    /// <summary>Python's <c>int(text, base)</c>; false if it is none or does not fit 64 bits.</summary>
    public static bool TryParseInteger(string text, int radix, out long integer)
    {
        var digits = Trimmed(text);
        var negative = digits.StartsWith('-');
        if (negative || digits.StartsWith('+'))
            digits = digits[1..];
        integer = 0;
        if (digits.Length > 1 && digits[0] == '0')
        {
            var prefixed = char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 };
            if (prefixed != 0 && (radix == prefixed || radix == 0))
            {
                radix = prefixed;
                digits = digits[2..].TrimStart('_');
            }
        }

        if (!TryDropUnderscores(digits, out digits))
            return false;
        radix = radix == 0 ? 10 : radix;
        Int128 value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : 99;
            if (digit >= radix)
                return false;
            value = (value * radix) + digit;
            if (value > (Int128)long.MaxValue + 1)
                return false;
        }

        value = negative ? -value : value;
        integer = value > long.MaxValue ? 0 : (long)value;
        return value <= long.MaxValue;
    }

    private static string Trimmed(string text) => Whitespace.TrimStart(Whitespace.TrimEnd(text)).ToString();

    private static bool TryDropUnderscores(string digits, out string plain)
    {
        plain = digits.Replace("_", "", StringComparison.Ordinal);
        return plain.Length > 0 && digits[0] != '_' && digits[^1] != '_' && !digits.Contains("__", StringComparison.Ordinal);
    }
}
