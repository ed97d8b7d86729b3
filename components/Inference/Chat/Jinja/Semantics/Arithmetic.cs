namespace Serverless.Inference.Chat.Jinja;

/// <summary>Python's arithmetic: ints stay ints except under <c>/</c>, <c>//</c> and <c>%</c> round down, texts and lists add and repeat.</summary>
internal static class Arithmetic
{
    public static object? Apply(Run run, string op, object? a, object? b)
    {
        if (a is Undefined undefined || (undefined = (b as Undefined)!) is not null)
        {
            if (op == "%" && TextValue.TryGet(a, out var format))
                return PrintfFormat.Format(run, format, b);
            throw undefined.Fail();
        }

        if (Number.TryGet(a, out var left) && Number.TryGet(b, out var right))
            return left.IsInteger && right.IsInteger ? Integers(op, left, right) : Reals(op, left.Real, right.Real);
        return (op switch
        {
            "+" => Add(run, a, b),
            "*" when left.IsInteger => Repeat(run, b, left.Integer),
            "*" when Number.TryGet(b, out var times) && times.IsInteger => Repeat(run, a, times.Integer),
            "%" when TextValue.TryGet(a, out var format) => PrintfFormat.Format(run, format, b),
            _ => null,
        }) ?? throw Unsupported(op, a, b);
    }

    public static object Negate(object? value)
    {
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (!Number.TryGet(value, out var number))
            throw new JinjaException($"bad operand type for unary -: '{TypeNames.Of(value)}'");
        if (!number.IsInteger)
            return -number.Real;
        return number.Integer == long.MinValue ? throw Overflow() : -number.Integer;
    }

    public static object Plus(object? value)
    {
        if (value is Undefined undefined)
            throw undefined.Fail();
        if (!Number.TryGet(value, out var number))
            throw new JinjaException($"bad operand type for unary +: '{TypeNames.Of(value)}'");
        if (number.IsInteger)
            return number.Integer;
        return number.Real;
    }

    private static object? Add(Run run, object? a, object? b)
    {
        if (a is Markup && TextValue.TryGet(b, out _))
            return new Markup(run.Charged(Markup.Escape(run, a).Text + Markup.Escape(run, b).Text));
        if (TextValue.TryGet(a, out var text))
        {
            if (!TextValue.TryGet(b, out var other))
                throw new JinjaException($"can only concatenate str (not \"{TypeNames.Of(b)}\") to str");
            run.ChargeText((long)text.Length + other.Length);
            return b is Markup ? new Markup(Markup.Escape(run, a).Text + other) : text + other;
        }

        if (a is not IReadOnlyList<object?> list || a is JinjaRange)
            return null;
        if (b is not IReadOnlyList<object?> list2 || a is JinjaTuple != b is JinjaTuple || b is JinjaRange)
            throw new JinjaException($"can only concatenate {TypeNames.Of(a)} (not \"{TypeNames.Of(b)}\") to {TypeNames.Of(a)}");
        run.Charge((long)list.Count + list2.Count);
        var sum = list.Concat(list2).Select(Import.Value);
        return a is JinjaTuple ? new JinjaTuple([.. sum]) : new JinjaList([.. sum]);
    }

    private static object? Repeat(Run run, object? value, long times)
    {
        times = Math.Clamp(times, 0, int.MaxValue);
        if (TextValue.TryGet(value, out var text))
        {
            run.ChargeText(text.Length * times);
            return string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)times));
        }

        if (value is not IReadOnlyList<object?> list || value is JinjaRange)
            return null;
        run.Charge(list.Count * times);
        var items = Enumerable.Repeat(list, list.Count == 0 ? 0 : (int)times).SelectMany(part => part).Select(Import.Value);
        return value is JinjaTuple ? new JinjaTuple([.. items]) : new JinjaList([.. items]);
    }

    private static object Integers(string op, Number a, Number b)
    {
        var (x, y) = (a.Integer, b.Integer);
        try
        {
            return op switch
            {
                "+" => (object)checked(x + y),
                "-" => checked(x - y),
                "*" => checked(x * y),
                "/" => y == 0 ? throw new JinjaException("division by zero") : a.Real / b.Real,
                "//" => y == 0 ? throw new JinjaException("integer division or modulo by zero") : FloorDivide(x, y),
                "%" => y == 0 ? throw new JinjaException("integer modulo by zero") : y == -1 ? 0 : x - (y * FloorDivide(x, y)),
                _ when y < 0 => PowerOfReals(a.Real, b.Real),
                _ => Power(x, y),
            };
        }
        catch (OverflowException)
        {
            throw Overflow();
        }
    }

    private static long FloorDivide(long x, long y)
    {
        var quotient = checked(x / y);
        return x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long x, long y)
    {
        if (x is 0 or 1 or -1)
            return y == 0 ? 1 : x == -1 && y % 2 == 0 ? 1 : x;
        long power = 1;
        for (; y > 0; y--)
            power = checked(power * x); // at most 63 rounds before it overflows
        return power;
    }

    private static double Reals(string op, double x, double y)
    {
        switch (op)
        {
            case "+": return x + y;
            case "-": return x - y;
            case "*": return x * y;
            case "/": return y == 0 ? throw new JinjaException("float division by zero") : x / y;
            case "**": return PowerOfReals(x, y);
        }

        if (y == 0)
            throw new JinjaException(op == "%" ? "float modulo" : "float floor division by zero");
        var remainder = x % y;
        var quotient = (x - remainder) / y;
        if (remainder != 0 && (y < 0) != (remainder < 0))
        {
            remainder += y;
            quotient -= 1;
        }
        else if (remainder == 0)
        {
            remainder = Math.CopySign(0, y);
        }

        if (op == "%")
            return remainder;
        if (quotient == 0)
            return Math.CopySign(0, x / y);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double PowerOfReals(double x, double y)
    {
        if (x == 0 && y < 0)
            throw new JinjaException("0.0 cannot be raised to a negative power");
        if (x < 0 && double.IsFinite(x) && double.IsFinite(y) && y != Math.Floor(y))
            throw new JinjaException("a power of a negative number is complex");
        var power = Math.Pow(x, y);
        return double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y)
            ? throw new JinjaException("(34, 'Numerical result out of range')")
            : power;
    }

    private static JinjaException Overflow() => new("an int does not fit 64 bits");

    private static JinjaException Unsupported(string op, object? a, object? b)
    {
        if (op == "*" && (a is string or IReadOnlyList<object?> || b is string or IReadOnlyList<object?>))
            return new JinjaException($"can't multiply sequence by non-int of type '{TypeNames.Of(a is string or IReadOnlyList<object?> ? b : a)}'");
        var name = op == "**" ? "** or pow()" : op;
        return new JinjaException($"unsupported operand type(s) for {name}: '{TypeNames.Of(a)}' and '{TypeNames.Of(b)}'");
    }
}
