namespace Serverless.Inference.Chat.Jinja;

/// <summary>The variable <c>loop</c>: looks ahead by one element only when asked, and counts what it cannot know only when asked.</summary>
internal sealed class LoopContext : ICallable
{
    private readonly int _depth;
    private readonly Func<Run, object?, string>? _recurse;
    private IEnumerator<object?> _items;
    private long? _length;
    private object? _previous;
    private object? _next;
    private bool _hasNext;
    private int _index = -1;
    private Arguments? _seen;

    public LoopContext(Run run, object? values, int depth, Func<Run, object?, string>? recurse)
    {
        _depth = depth;
        _recurse = recurse;
        _items = Iteration.Of(run, values).GetEnumerator();
        _length = values is Generator ? null : Iteration.TryLength(values);
    }

    public object? Current { get; private set; }

    public string TypeName => "LoopContext";

    public long Length
    {
        get
        {
            if (_length is null)
            {
                var rest = new List<object?>();
                while (_items.MoveNext())
                    rest.Add(_items.Current);
                _length = _index + 1 + (_hasNext ? 1 : 0) + rest.Count;
                _items = rest.GetEnumerator();
            }

            return _length.Value;
        }
    }

    public bool MoveNext()
    {
        if (!Peek())
            return false;
        _previous = Current;
        Current = _next;
        _hasNext = false;
        _index++;
        return true;
    }

    public IEnumerable<object?> Rest()
    {
        while (MoveNext())
            yield return new JinjaTuple([Current, this]);
    }

    public object? Call(Run run, Arguments arguments)
    {
        if (_recurse is null)
            throw new JinjaException("The loop must have the 'recursive' marker to be called recursively.");
        if (arguments.Positional.Length != 1 || arguments.Named.Length != 0)
            throw new JinjaException("loop(...) takes one argument, what to loop over");
        return _recurse(run, arguments.Positional[0]);
    }

    public bool TryGet(Run run, string name, out object? value)
    {
        value = name switch
        {
            "index" => (long)_index + 1,
            "index0" => (long)_index,
            "revindex" => Length - _index,
            "revindex0" => Length - _index - 1,
            "first" => _index == 0,
            "last" => !Peek(),
            "length" => Length,
            "depth" => (long)_depth + 1,
            "depth0" => (long)_depth,
            "previtem" => _index == 0 ? Undefined.Because(run, "there is no previous item") : _previous,
            "nextitem" => Peek() ? _next : Undefined.Because(run, "there is no next item"),
            _ => null,
        };
        return value is not null || name is "previtem" or "nextitem";
    }

    /// <summary><c>loop.cycle(a, b)</c>.</summary>
    public object? Cycle(Arguments arguments) => arguments.Positional.Length == 0
        ? throw new JinjaException("no items for cycling given")
        : arguments.Positional[_index % arguments.Positional.Length];

    /// <summary><c>loop.changed(a)</c>: whether its arguments differ from those of the iteration before.</summary>
    public bool Changed(Run run, Arguments arguments)
    {
        var same = _seen is not null && Equality.Equal(run, new JinjaTuple(_seen.Positional), new JinjaTuple(arguments.Positional));
        if (!same)
            _seen = arguments;
        return !same;
    }

    public override string ToString() => $"<LoopContext {_index + 1}/{Length}>";

    private bool Peek()
    {
        if (_hasNext)
            return true;
        if (!_items.MoveNext())
            return false;
        _next = _items.Current;
        return _hasNext = true;
    }
}
