namespace Serverless.Processing.Jobs;

/// <summary>Told which rows of an attempt the engine has, so that a process that dies leaves a trace of them. Called from many threads; must be quick.</summary>
public interface IRowWatch
{
    /// <summary>A row goes into the engine.</summary>
    /// <param name="position">Its position in the shard.</param>
    /// <returns>What <see cref="Leave"/> gets.</returns>
    int Enter(long position);

    /// <summary>The engine has answered it.</summary>
    /// <param name="entry">What <see cref="Enter"/> gave.</param>
    void Leave(int entry);
}
