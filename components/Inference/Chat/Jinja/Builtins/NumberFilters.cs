namespace Serverless.Inference.Chat.Jinja;

/// <summary>Filters that give or take numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<Builtin> All { get; } =
    [
        new("abs", (run, value, _) => Absolute(value)),
        new("int", Integer, ("default", 0L), ("base", 10L)),
        new("float", Real, ("default", 0.0)),
        new("round", Round, ("precision", 0L), ("method", "common")),
        new("sum", Sum, ("attribute", null), ("start", 0L)),
        new("filesizeformat", FileSize, ("binary", false)),
    ];

    private static object Absolute(object? value)
    {
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (!Number.TryGet(value, out var number))
            throw new JinjaException($"bad operand type for abs(): '{TypeNames.Of(value)}'");
        if (!number.IsInteger)
            return Math.Abs(number.Real);
        return number.Integer < 0 ? Arithmetic.Negate(number.Integer) : number.Integer;
    }

    private static object? Integer(Run run, object? value, object?[] arguments)
    {
        if (value is Undefined undefined)
            throw undefined.Fail();
        double real;
        if (TextValue.TryGet(value, out var text))
        {
            run.ChargeText(text.Length);
            if (Number.TryParseInteger(text, Number.RequireInt32(arguments[1], "base"), out var parsed))
                return parsed;
            if (!Number.TryParseReal(text, out real))
                return arguments[0];
        }
        else if (!Number.TryGet(value, out var number))
        {
            return arguments[0];
        }
        else if (number.IsInteger)
        {
            return number.Integer;
        }
        else
        {
            real = number.Real;
        }

        if (!double.IsFinite(real))
            return arguments[0];
        return Math.Abs(real) < 9.2e18 ? (long)real : throw new JinjaException("an int does not fit 64 bits");
    }

    private static object? Real(Run run, object? value, object?[] arguments)
    {
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (TextValue.TryGet(value, out var text))
            return Number.TryParseReal(run.Charged(text), out var parsed) ? parsed : arguments[0];
        return Number.TryGet(value, out var number) ? number.Real : arguments[0];
    }

    private static object Round(Run run, object? value, object?[] arguments)
    {
        var method = arguments[1];
        if (method is not ("common" or "ceil" or "floor"))
            throw new JinjaException("method must be common, ceil or floor");
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (!Number.TryGet(value, out var number))
            throw new JinjaException($"type {TypeNames.Of(value)} doesn't define __round__ method");
        var precision = Math.Clamp(Number.RequireInt32(arguments[0], "precision"), -400, 400);
        if (method is not "common")
        {
            var scaled = number.Real * Math.Pow(10, precision);
            if (!double.IsFinite(scaled))
                throw new JinjaException("cannot convert float infinity or NaN to integer");
            return (method is "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / Math.Pow(10, precision);
        }

        if (number.IsInteger && precision >= 0)
            return number.Integer;
        if (number.IsInteger)
            return RoundInteger(number.Integer, -precision);
        return RoundReal(number.Real, precision);
    }

    private static long RoundInteger(long value, int zeros)
    {
        if (zeros > 18)
            return 0;
        Int128 unit = (long)Math.Pow(10, zeros);
        var rest = ((value % unit) + unit) % unit;
        var floor = value - rest;
        var up = rest * 2 > unit || (rest * 2 == unit && floor / unit % 2 != 0);
        return (long)(up ? floor + unit : floor);
    }

    private static double RoundReal(double value, int precision)
    {
        if (!double.IsFinite(value) || precision > 330)
            return value;
        if (precision >= 0)
            return double.Parse(FloatText.Fixed(value, precision));
        var unit = Math.Pow(10, -precision);
        return Math.Round(value / unit, MidpointRounding.ToEven) * unit;
    }

    private static object? Sum(Run run, object? value, object?[] arguments)
    {
        var getter = Attributes.Getter(run, arguments[0]);
        var sum = arguments[1];
        if (sum is string)
            throw new JinjaException("sum() can't sum strings [use ''.join(seq) instead]");
        foreach (var item in Iteration.Of(run, value))
            sum = Arithmetic.Apply(run, "+", sum, getter(item));
        return sum;
    }

    private static string FileSize(Run run, object? value, object?[] arguments)
    {
        var binary = Truth.Of(arguments[0]);
        if (Real(run, value, [null]) is not double bytes)
        {
            throw new JinjaException(TextValue.TryGet(value, out var text)
                ? $"could not convert string to float: {Display.Repr(text)}"
                : $"float() argument must be a string or a real number, not '{TypeNames.Of(value)}'");
        }

        double unit = binary ? 1024 : 1000;
        string[] names = binary
            ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
            : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        if (bytes == 1)
            return "1 Byte";
        if (bytes < unit)
            return $"{(long)bytes} Bytes";
        var index = 0;
        var size = unit * unit;
        for (; index < names.Length - 1 && bytes >= size; index++)
            size *= unit;
        return $"{FloatText.Fixed(unit * bytes / size, 1)} {names[index]}";
    }
}
