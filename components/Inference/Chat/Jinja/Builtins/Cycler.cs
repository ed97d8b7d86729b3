namespace Serverless.Inference.Chat.Jinja;

/// <summary><c>cycler(a, b)</c>: one value after the other, again and again.</summary>
internal sealed class Cycler(object?[] items)
{
    private readonly object?[] _items = items.Length > 0 ? items : throw new JinjaException("at least one item has to be provided");
    private int _position;

    public object? Next(Run run)
    {
        var current = Current();
        _position = (_position + 1) % _items.Length;
        return current;
    }

    public object? Reset()
    {
        _position = 0;
        return null;
    }

    public bool TryGet(string name, out object? value)
    {
        value = name == "current" ? Current() : null;
        return name == "current";
    }

    private object? Current() => _items[_position];
}

/// <summary><c>joiner(sep)</c>: nothing the first time, then the separator.</summary>
internal sealed class Joiner(string separator) : ICallable
{
    private bool _used;

    public string TypeName => "Joiner";

    public object? Call(Run run, Arguments arguments)
    {
        var text = _used ? separator : "";
        _used = true;
        return text;
    }
}
