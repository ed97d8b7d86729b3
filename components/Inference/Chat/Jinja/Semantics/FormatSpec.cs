using System.Globalization;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's format specification: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed class FormatSpec
{
    private string _fill = " ";
    private char _align;
    private bool _zeros;
    private char _sign = '-';
    private bool _alternate;
    private int _width;
    private char _grouping;
    private int _precision = -1;
    private char _type;

    /// <summary>A value by a specification; an empty one is <c>str(value)</c>.</summary>
    public static string Format(Run run, object? value, string spec)
    {
        if (spec.Length == 0)
            return Display.Text(run, value);
        var format = Parse(run, spec);
        if (TextValue.TryGet(value, out var text))
            return format.FormatText(run, text, spec);
        if (Number.TryGet(value, out var number))
            return format.FormatNumber(run, number, value, spec);
        throw value is Undefined undefined ? undefined.Fail() : new JinjaException($"unsupported format string passed to {TypeNames.Of(value)}.__format__");
    }

    private static FormatSpec Parse(Run run, string spec)
    {
        var format = new FormatSpec();
        var at = 0;
        var fill = CodePoints.At(spec, 0);
        var explicitFill = fill.Length < spec.Length && spec[fill.Length] is '<' or '>' or '=' or '^';
        if (explicitFill)
        {
            format._fill = fill;
            format._align = spec[fill.Length];
            at = fill.Length + 1;
        }
        else if (spec[0] is '<' or '>' or '=' or '^')
        {
            format._align = spec[at++];
        }

        if (at < spec.Length && spec[at] is '+' or '-' or ' ')
            format._sign = spec[at++];
        if (at < spec.Length && spec[at] == '#')
            (format._alternate, at) = (true, at + 1);
        if (at < spec.Length && spec[at] == '0')
        {
            if (!explicitFill)
                (format._fill, format._zeros) = ("0", true);
            at++;
        }

        format._width = Digits(run, spec, ref at, 0);
        if (at < spec.Length && spec[at] is ',' or '_')
            format._grouping = spec[at++];
        if (at < spec.Length && spec[at] == '.')
        {
            at++;
            format._precision = Digits(run, spec, ref at, -1);
            if (format._precision < 0)
                throw new JinjaException("Format specifier missing precision");
        }

        if (at < spec.Length)
            format._type = spec[at++];
        return at == spec.Length ? format : throw new JinjaException($"Invalid format specifier '{spec}'");
    }

    private static int Digits(Run run, string spec, ref int at, int absent)
    {
        var start = at;
        while (at < spec.Length && char.IsAsciiDigit(spec[at]))
            at++;
        if (at == start)
            return absent;
        var number = int.TryParse(spec.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var parsed) ? parsed : int.MaxValue;
        run.ChargeText(number);
        return number;
    }

    private string FormatText(Run run, string text, string spec)
    {
        if (_type is not ('\0' or 's'))
            throw Invalid(spec, text);
        if (_align == '=')
            throw new JinjaException("'=' alignment not allowed in string format specifier");
        if (_precision >= 0 && _precision < CodePoints.Count(text))
            text = CodePoints.Slice(text, 0, _precision, 1);
        return Pad(run, "", text, '<');
    }

    private string FormatNumber(Run run, Number number, object? value, string spec)
    {
        if (_type == '\0' && value is bool)
            return Pad(run, "", number.Integer.ToString(CultureInfo.InvariantCulture), '>');
        string digits;
        if (number.IsInteger && _type is '\0' or 'd' or 'x' or 'X' or 'o' or 'b' or 'c' or 'n')
        {
            if (!number.IsInteger)
                throw Invalid(spec, value);
            if (_precision >= 0)
                throw new JinjaException("Precision not allowed in integer format specifier");
            digits = Integer(number.Integer);
        }
        else
        {
            digits = Real(number.Real, spec, value);
        }

        var negative = number.IsInteger ? number.Integer < 0 : double.IsNegative(number.Real);
        var sign = negative ? "-" : _sign == '-' ? "" : _sign.ToString();
        if (_type is 'x' or 'X' or 'o' or 'b' && _alternate)
            sign += "0" + _type;
        if (_grouping != '\0')
            digits = Group(digits);
        return Pad(run, sign, digits, _zeros ? '=' : '>');
    }

    private string Integer(long value)
    {
        var magnitude = value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;
        return _type switch
        {
            'x' => magnitude.ToString("x", CultureInfo.InvariantCulture),
            'X' => magnitude.ToString("X", CultureInfo.InvariantCulture),
            'o' => Convert.ToString((long)magnitude, 8),
            'b' => magnitude.ToString("b", CultureInfo.InvariantCulture),
            'c' => value is >= 0 and <= 0x10ffff and not (>= 0xd800 and <= 0xdfff) ? char.ConvertFromUtf32((int)value) : throw new JinjaException("%c arg not in range(0x110000)"),
            _ => magnitude.ToString(CultureInfo.InvariantCulture),
        };
    }

    private string Real(double value, string spec, object? original)
    {
        value = Math.Abs(value);
        var precision = _precision < 0 ? 6 : _precision;
        if (precision > 400)
            throw new JinjaException("a precision of more than 400 digits is not supported");
        return _type switch
        {
            'f' or 'F' => FloatText.Fixed(value, precision),
            'e' => FloatText.Scientific(value, precision),
            'E' => FloatText.Scientific(value, precision).ToUpperInvariant(),
            'g' or 'n' => FloatText.General(value, precision, _alternate),
            'G' => FloatText.General(value, precision, _alternate).ToUpperInvariant(),
            '%' => FloatText.Fixed(value * 100, precision) + "%",
            '\0' when _precision < 0 => FloatText.Repr(value),
            '\0' => WithPoint(FloatText.General(value, precision)),
            _ => throw Invalid(spec, original),
        };
    }

    private static string WithPoint(string digits) => digits.AsSpan().ContainsAny(".einf") ? digits : digits + ".0";

    private string Group(string digits)
    {
        var end = digits.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var grouped = end < 0 ? digits : digits[..end];
        for (var at = grouped.Length - 3; at > 0; at -= 3)
            grouped = grouped.Insert(at, _grouping.ToString());
        return end < 0 ? grouped : grouped + digits[end..];
    }

    private string Pad(Run run, string sign, string digits, char align)
    {
        var missing = _width - sign.Length - CodePoints.Count(digits);
        if (missing <= 0)
            return sign + digits;
        run.ChargeText(_width);
        var left = (_align == '\0' ? align : _align) switch { '<' => 0, '^' => missing / 2, _ => missing };
        var (before, after) = (Fill(left), Fill(missing - left));
        return (_align == '\0' ? align : _align) == '=' ? sign + before + digits : before + sign + digits + after;
    }

    private string Fill(int count) => string.Concat(Enumerable.Repeat(_fill, count));

    private JinjaException Invalid(string spec, object? value) =>
        _type == '\0' ? new($"Invalid format specifier '{spec}'") : new($"Unknown format code '{_type}' for object of type '{TypeNames.Of(value)}'");
}
