namespace Serverless.Inference.Chat.Jinja;

/// <summary>How a template is read and how much it may do. The defaults are Jinja's own.</summary>
public sealed record JinjaOptions
{
    /// <summary>The first line break after a block or comment tag is dropped. Default: false.</summary>
    public bool TrimBlocks { get; init; }

    /// <summary>Blanks between the start of a line and a block or comment tag are dropped. Default: false.</summary>
    public bool LstripBlocks { get; init; }

    /// <summary>A single line break at the end of the template is kept. Default: false.</summary>
    public bool KeepTrailingNewline { get; init; }

    /// <summary>
    /// A missing name, attribute or element that is printed, tested for truth, compared or iterated is an error that names it and
    /// the nearest known name; only <c>is defined</c> and <c>default</c> accept it. Default: false, it prints as nothing.
    /// </summary>
    public bool StrictUndefined { get; init; }

    /// <summary>
    /// Work that one rendering may do: a step is a statement, a loop iteration, a call, an element visited or 64 characters
    /// handled. Default: 5,000,000.
    /// </summary>
    public long MaxSteps { get; init; } = 5_000_000;

    /// <summary>Longest text, in UTF-16 units, that a rendering may produce, the result as well as any string on the way. Default: 16,777,216.</summary>
    public int MaxOutputChars { get; init; } = 1 << 24;

    /// <summary>Deepest nesting of brackets and blocks in the source, of macro calls and of values that are printed. Default: 100.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>The clock and time zone of <c>strftime_now</c>. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal static JinjaOptions Default { get; } = new();
}
