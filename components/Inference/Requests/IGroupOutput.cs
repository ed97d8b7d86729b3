using Serverless.Inference.Sequences;

namespace Serverless.Inference.Requests;

/// <summary>Takes what the loop makes of a group. Called on the loop's thread; must not block.</summary>
internal interface IGroupOutput
{
    /// <summary>Whether text is wanted as it grows.</summary>
    bool IsStreaming { get; }

    /// <summary>Whether nobody waits for it any more.</summary>
    bool IsCancelled { get; }

    /// <summary>A sequence of a streaming group has grown, or ended.</summary>
    void Grown(Sequence sequence, string text, int token);

    /// <summary>All sequences of the group have ended.</summary>
    void Finished(SequenceGroup group);

    /// <summary>The engine broke; nothing more will come.</summary>
    void Failed(Exception error);
}
