namespace Serverless.Inference.Chat.Jinja;

/// <summary>How Jinja reads <c>a.name</c> (methods first, then elements) and <c>a[key]</c> (elements first).</summary>
internal static class Access
{
    public static object? Attribute(Run run, object? owner, string name)
    {
        if (Methods.Find(owner, name) is { } method)
            return new BoundMethod(owner!, method);
        if (Mappings.Is(owner))
            return Mappings.TryGet(owner, name, out var value) ? value : Missing(run, owner, name);
        return TryOwn(run, owner, name, out var own) ? own : Missing(run, owner, name);
    }

    public static object? Item(Run run, object? owner, object? key)
    {
        switch (owner)
        {
            case Undefined undefined:
                throw undefined.Fail();
            case IReadOnlyList<object?> list when Number.TryGet(key, out var index) && index.IsInteger:
                var at = index.Integer < 0 ? index.Integer + list.Count : index.Integer;
                return at >= 0 && at < list.Count ? Import.Value(list[(int)at]) : Undefined.Member(run, owner, key);
        }

        if (Mappings.Is(owner))
        {
            (key as Undefined)?.ThrowIfStrict();
            if (key is not (IReadOnlyList<object?> or IReadOnlyDictionary<string, object?> or JinjaDict) && Mappings.TryGet(owner, key, out var value))
                return value;
        }
        else if (TextValue.TryGet(owner, out var text) && Number.TryGet(key, out var index) && index.IsInteger)
        {
            run.ChargeText(text.Length);
            var length = CodePoints.Count(text);
            var at = index.Integer < 0 ? index.Integer + length : index.Integer;
            return at >= 0 && at < length ? CodePoints.At(text, (int)at) : Undefined.Member(run, owner, key);
        }

        if (key is not string name)
            return Undefined.Member(run, owner, key);
        if (Methods.Find(owner, name) is { } method)
            return new BoundMethod(owner!, method);
        return TryOwn(run, owner, name, out var own) ? own : Missing(run, owner, name);
    }

    /// <summary>Attributes of the language's own objects; nothing of .NET is ever reached.</summary>
    private static bool TryOwn(Run run, object? owner, string name, out object? value)
    {
        value = null;
        switch (owner)
        {
            case Undefined undefined: throw undefined.Fail();
            case Namespace attributes: return attributes.Attributes.TryGetValue(name, out value);
            case JinjaTuple tuple: return tuple.TryGetNamed(name, out value);
            case LoopContext loop: return loop.TryGet(run, name, out value);
            case Macro macro: return macro.TryGet(name, out value);
            case Cycler cycler: return cycler.TryGet(name, out value);
            default: return false;
        }
    }

    private static Undefined Missing(Run run, object? owner, string name) =>
        name.StartsWith("__", StringComparison.Ordinal)
            ? Undefined.Because(run, $"access to attribute {Display.Repr(name)} of {Display.Repr(TypeNames.Of(owner))} object is unsafe.")
            : Undefined.Member(run, owner, name);
}

/// <summary><c>a.name</c>.</summary>
internal sealed class GetAttribute(int position, Expression owner, string name) : Expression(position)
{
    public Expression Owner => owner;

    public string Attribute => name;

    public override object? Evaluate(Run run)
    {
        var value = Inner(run, owner);
        run.Position = Position;
        return Access.Attribute(run, value, name);
    }
}

/// <summary><c>a[key]</c>.</summary>
internal sealed class GetItem(int position, Expression owner, Expression key) : Expression(position)
{
    public override object? Evaluate(Run run)
    {
        var value = Inner(run, owner);
        var index = Inner(run, key);
        run.Position = Position;
        return Access.Item(run, value, index);
    }
}

/// <summary><c>a[start:stop:step]</c>.</summary>
internal sealed class GetSlice(int position, Expression owner, Expression? start, Expression? stop, Expression? step) : Expression(position)
{
    public override object? Evaluate(Run run)
    {
        var value = Inner(run, owner);
        var (from, to, by) = (Bound(run, start), Bound(run, stop), Bound(run, step));
        run.Position = Position;
        return Slicing.Slice(run, value, from, to, by);
    }

    private object? Bound(Run run, Expression? bound) => bound is null ? null : Inner(run, bound);
}
