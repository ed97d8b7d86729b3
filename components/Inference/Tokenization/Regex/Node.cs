namespace Serverless.Inference.Tokenization.Regex;

/// <summary>A part of a regular expression.</summary>
internal abstract record Node
{
    /// <summary>The fewest code points that it can match.</summary>
    public abstract int Least { get; }

    /// <summary>The most code points that it can match; <see cref="int.MaxValue"/> for no bound.</summary>
    public abstract int Most { get; }
}

/// <summary>One code point of a set.</summary>
internal sealed record One(CodeSet Set) : Node
{
    public override int Least => 1;

    public override int Most => 1;
}

/// <summary>One part after the other.</summary>
internal sealed record Sequence(IReadOnlyList<Node> Parts) : Node
{
    public override int Least => Parts.Sum(part => part.Least);

    public override int Most => Parts.Any(part => part.Most == int.MaxValue) ? int.MaxValue : Parts.Sum(part => part.Most);
}

/// <summary>The first of the choices that leads to a match.</summary>
internal sealed record Choice(IReadOnlyList<Node> Choices) : Node
{
    public override int Least => Choices.Min(choice => choice.Least);

    public override int Most => Choices.Max(choice => choice.Most);
}

/// <summary>How a repetition goes about it.</summary>
internal enum Greed
{
    /// <summary>As often as possible, giving back where needed.</summary>
    Greedy,

    /// <summary>As rarely as possible.</summary>
    Lazy,

    /// <summary>As often as possible, giving nothing back.</summary>
    Possessive,
}

/// <summary>A part again and again.</summary>
internal sealed record Repeat(Node Body, int Min, int Max, Greed Greed) : Node
{
    public override int Least => Body.Least * Min;

    public override int Most => Max == int.MaxValue || Body.Most == int.MaxValue ? int.MaxValue : Body.Most * Max;
}

/// <summary>What stands before or behind, without taking it.</summary>
internal sealed record Look(Node Body, bool Ahead, bool Negative) : Node
{
    public override int Least => 0;

    public override int Most => 0;
}

/// <summary>A part that is not tried again once it has matched.</summary>
internal sealed record Atomic(Node Body) : Node
{
    public override int Least => Body.Least;

    public override int Most => Body.Most;
}

/// <summary>Places between characters.</summary>
internal enum Place
{
    /// <summary><c>^</c>.</summary>
    LineStart,

    /// <summary><c>$</c>.</summary>
    LineEnd,

    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\b</c>.</summary>
    WordEdge,

    /// <summary><c>\B</c>.</summary>
    NoWordEdge,
}

/// <summary>A place that must be there.</summary>
internal sealed record At(Place Place) : Node
{
    public override int Least => 0;

    public override int Most => 0;
}
