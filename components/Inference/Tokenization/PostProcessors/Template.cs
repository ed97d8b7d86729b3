namespace Serverless.Inference.Tokenization.PostProcessors;

/// <summary>The special tokens that go around a text.</summary>
/// <param name="Before">Their ids, in front of the text.</param>
/// <param name="After">Their ids, behind it.</param>
internal sealed record Template(int[] Before, int[] After)
{
    /// <summary>Nothing around the text.</summary>
    public static Template Empty { get; } = new([], []);

    /// <summary>This template, and another around it.</summary>
    public Template Within(Template outer) => new([.. outer.Before, .. Before], [.. After, .. outer.After]);
}
