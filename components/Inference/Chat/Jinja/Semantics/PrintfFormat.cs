using System.Text;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's <c>text % values</c>: a tuple gives its elements one by one, a dict by name, anything else is the one value.</summary>
internal sealed class PrintfFormat
{
    private readonly Run _run;
    private readonly string _format;
    private readonly object? _values;
    private int _at;
    private int _used;

    private PrintfFormat(Run run, string format, object? values)
    {
        _run = run;
        _format = format;
        _values = values;
    }

    public static string Format(Run run, string format, object? values) => new PrintfFormat(run, format, values).Format();

    private string Format()
    {
        var text = new StringBuilder();
        while (_at < _format.Length)
        {
            var next = _format.IndexOf('%', _at);
            text.Append(_format, _at, (next < 0 ? _format.Length : next) - _at);
            if (next < 0)
                break;
            _at = next + 1;
            text.Append(Conversion());
            _run.Step();
            _run.LimitText(text.Length);
        }

        var unused = _values is JinjaTuple tuple
            ? _used < tuple.Count
            : _used == 0 && _values is not (IReadOnlyList<object?> or Undefined) && !Mappings.Is(_values);
        return unused ? throw new JinjaException("not all arguments converted during string formatting") : text.ToString();
    }

    private string Conversion()
    {
        string? key = null;
        if (Peek() == '(')
        {
            var close = _format.IndexOf(')', _at);
            if (close < 0)
                throw new JinjaException("incomplete format key");
            key = _format[(_at + 1)..close];
            _at = close + 1;
        }

        var flags = new StringBuilder();
        while (Peek() is '-' or '+' or ' ' or '#' or '0')
            flags.Append(_format[_at++]);
        var width = Digits();
        var precision = -1;
        if (Peek() == '.')
        {
            _at++;
            precision = Math.Max(0, Digits());
        }

        while (Peek() is 'h' or 'l' or 'L')
            _at++;
        if (_at >= _format.Length)
            throw new JinjaException("incomplete format");
        var type = _format[_at++];
        return type == '%' ? "%" : Convert(type, key is null ? Next() : Named(key), flags.ToString(), width, precision);
    }

    private string Convert(char type, object? value, string flags, int width, int precision)
    {
        var left = flags.Contains('-', StringComparison.Ordinal);
        var zero = !left && flags.Contains('0', StringComparison.Ordinal);
        var sign = flags.Contains('+', StringComparison.Ordinal) ? "+" : flags.Contains(' ', StringComparison.Ordinal) ? " " : "";
        var alternate = flags.Contains('#', StringComparison.Ordinal) ? "#" : "";
        var size = width > 0 ? width.ToString() : "";
        switch (type)
        {
            case 's' or 'r' or 'a':
                var text = type == 's' ? Display.Text(_run, value) : Display.Repr(_run, value);
                return FormatSpec.Format(_run, text, $"{(left ? "<" : ">")}{size}{(precision >= 0 ? "." + precision : "")}");
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                var number = Require(type, value);
                if (!number.IsInteger && type is 'x' or 'X' or 'o')
                    throw new JinjaException($"%{type} format: an integer is required, not {TypeNames.Of(value)}");
                var whole = number.IsInteger ? number.Integer : (long)Math.Truncate(number.Real);
                return FormatSpec.Format(_run, whole, $"{Align(left, zero)}{sign}{alternate}{size}{(type is 'i' or 'u' ? 'd' : type)}");
            case 'f' or 'F' or 'e' or 'E' or 'g' or 'G':
                return FormatSpec.Format(_run, Require(type, value).Real, $"{Align(left, zero)}{sign}{alternate}{size}.{(precision < 0 ? 6 : precision)}{type}");
            case 'c':
                var c = TextValue.TryGet(value, out var one) && CodePoints.Count(one) == 1 ? one : FormatSpec.Format(_run, Number.RequireInteger(value, "%c"), "c");
                return FormatSpec.Format(_run, c, $"{(left ? "<" : ">")}{size}");
            default:
                throw new JinjaException($"unsupported format character '{type}' (0x{(int)type:x}) at index {_at - 1}");
        }
    }

    private static string Align(bool left, bool zero) => left ? "<" : zero ? "0=" : ">";

    private static Number Require(char type, object? value)
    {
        if (Number.TryGet(value, out var number))
            return number;
        if (value is Undefined undefined)
            throw undefined.Fail();
        throw new JinjaException(type is 'f' or 'F' or 'e' or 'E' or 'g' or 'G'
            ? $"must be real number, not {TypeNames.Of(value)}"
            : $"%{type} format: a real number is required, not {TypeNames.Of(value)}");
    }

    private char Peek() => _at < _format.Length ? _format[_at] : '\0';

    private int Digits()
    {
        if (Peek() == '*')
        {
            _at++;
            return Number.RequireInt32(Next(), "* of a format");
        }

        long number = -1;
        while (char.IsAsciiDigit(Peek()))
            number = Math.Min(int.MaxValue, (Math.Max(0, number) * 10) + (_format[_at++] - '0'));
        return (int)number;
    }

    private object? Named(string key)
    {
        if (!Mappings.Is(_values))
            throw new JinjaException("format requires a mapping");
        _used++;
        return Mappings.TryGet(_values, key, out var value) ? value : throw new JinjaException($"{Display.Repr(key)}");
    }

    private object? Next()
    {
        var index = _used++;
        if (_values is JinjaTuple tuple)
            return index < tuple.Count ? tuple[index] : throw new JinjaException("not enough arguments for format string");
        return index == 0 ? _values : throw new JinjaException("not enough arguments for format string");
    }
}
