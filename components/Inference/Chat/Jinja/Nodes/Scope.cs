namespace Serverless.Inference.Chat.Jinja;

/// <summary>The names that the runtime itself sets in scopes: one object each, known to the parser.</summary>
internal static class RuntimeNames
{
    public static readonly string Loop = "loop";
    public static readonly string Caller = "caller";
    public static readonly string VarArgs = "varargs";
    public static readonly string KwArgs = "kwargs";

    public static IEnumerable<string> All => [Loop, Caller, VarArgs, KwArgs];
}

/// <summary>
/// The names that a block set. Scopes are small, and the parser makes equal names one object, so that a walk comparing
/// references is the fastest look-up.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private string[] _names = [];
    private object?[] _values = [];
    private int _count;

    public Scope? Parent => parent;

    public IEnumerable<string> Names => _names.Take(_count);

    public bool TryGet(string name, out object? value)
    {
        for (var i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_names[i], name))
            {
                value = _values[i];
                return true;
            }
        }

        value = null;
        return false;
    }

    public void Set(string name, object? value)
    {
        for (var i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_names[i], name))
            {
                _values[i] = value;
                return;
            }
        }

        if (_count == _names.Length)
        {
            Array.Resize(ref _names, Math.Max(4, _count * 2));
            Array.Resize(ref _values, _names.Length);
        }

        _names[_count] = name;
        _values[_count++] = value;
    }

    /// <summary>Forgets all names: the next iteration of a loop starts afresh.</summary>
    public void Clear() => _count = 0;
}
