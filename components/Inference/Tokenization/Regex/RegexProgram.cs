namespace Serverless.Inference.Tokenization.Regex;

/// <summary>What an instruction does.</summary>
internal enum Op
{
    /// <summary>Takes one code point of the set.</summary>
    One,

    /// <summary>Takes as many code points of the set as it can, X to Y; gives back down to X.</summary>
    Run,

    /// <summary>The same, giving nothing back.</summary>
    PossessiveRun,

    /// <summary>Goes on at X; if that fails, at Y.</summary>
    Try,

    /// <summary>Goes on at X.</summary>
    Jump,

    /// <summary>Runs the next instructions up to <see cref="Done"/> as an attempt of their own, keeps the place that they reach, and goes on at X.</summary>
    Atomic,

    /// <summary>The same without keeping the place; Y is 1 where failing is what is wanted.</summary>
    Ahead,

    /// <summary>The same from so many code points before, as Set's place holds; see <see cref="Instruction.Width"/>.</summary>
    Behind,

    /// <summary>The place X must be here.</summary>
    At,

    /// <summary>The match, or the attempt, is complete.</summary>
    Done,
}

/// <summary>One instruction of a compiled regular expression.</summary>
/// <param name="Op">What to do.</param>
/// <param name="X">See <see cref="Op"/>.</param>
/// <param name="Y">See <see cref="Op"/>.</param>
/// <param name="Set">The set, where one is needed.</param>
/// <param name="Width">How far a look behind goes back.</param>
internal readonly record struct Instruction(Op Op, int X = 0, int Y = 0, CodeSet? Set = null, int Width = 0);

/// <summary>Turns a regular expression into instructions.</summary>
internal static class RegexProgram
{
    /// <summary>Compiles.</summary>
    public static Instruction[] Compile(Node node)
    {
        List<Instruction> program = [];
        Emit(node, program);
        program.Add(new Instruction(Op.Done));
        return [.. program];
    }

    private static void Emit(Node node, List<Instruction> program)
    {
        switch (node)
        {
            case One one:
                program.Add(new Instruction(Op.One, Set: one.Set));
                break;
            case Sequence sequence:
                foreach (Node part in sequence.Parts)
                    Emit(part, program);
                break;
            case Choice choice:
                EmitChoice(choice.Choices, 0, program);
                break;
            case Repeat { Body: One one, Greed: not Greed.Lazy } run:
                program.Add(new Instruction(run.Greed == Greed.Greedy ? Op.Run : Op.PossessiveRun, run.Min, run.Max, one.Set));
                break;
            case Repeat { Greed: Greed.Possessive } repeat:
                EmitAttempt(new Instruction(Op.Atomic), repeat with { Greed = Greed.Greedy }, program);
                break;
            case Repeat repeat:
                EmitRepeat(repeat, program);
                break;
            case Atomic atomic:
                EmitAttempt(new Instruction(Op.Atomic), atomic.Body, program);
                break;
            case Look look:
                EmitAttempt(new Instruction(look.Ahead ? Op.Ahead : Op.Behind, Y: look.Negative ? 1 : 0, Width: look.Body.Least), look.Body, program);
                break;
            case At at:
                program.Add(new Instruction(Op.At, (int)at.Place));
                break;
            default:
                throw new InvalidOperationException($"{node.GetType().Name} cannot be compiled.");
        }
    }

    private static void EmitChoice(IReadOnlyList<Node> choices, int index, List<Instruction> program)
    {
        List<int> jumps = [];
        for (; index < choices.Count - 1; index++)
        {
            int attempt = program.Count;
            program.Add(default);
            Emit(choices[index], program);
            jumps.Add(program.Count);
            program.Add(default);
            program[attempt] = new Instruction(Op.Try, attempt + 1, program.Count);
        }

        Emit(choices[index], program);
        foreach (int jump in jumps)
            program[jump] = new Instruction(Op.Jump, program.Count);
    }

    private static void EmitRepeat(Repeat repeat, List<Instruction> program)
    {
        for (int i = 0; i < repeat.Min; i++)
            Emit(repeat.Body, program);
        if (repeat.Max == int.MaxValue)
        {
            int attempt = program.Count;
            program.Add(default);
            Emit(repeat.Body, program);
            program.Add(new Instruction(Op.Jump, attempt));
            program[attempt] = Fork(attempt + 1, program.Count, repeat.Greed);
            return;
        }

        List<int> attempts = [];
        for (int i = repeat.Min; i < repeat.Max; i++)
        {
            attempts.Add(program.Count);
            program.Add(default);
            Emit(repeat.Body, program);
        }

        foreach (int attempt in attempts)
            program[attempt] = Fork(attempt + 1, program.Count, repeat.Greed);
    }

    private static Instruction Fork(int body, int behind, Greed greed) =>
        greed == Greed.Lazy ? new Instruction(Op.Try, behind, body) : new Instruction(Op.Try, body, behind);

    private static void EmitAttempt(Instruction instruction, Node body, List<Instruction> program)
    {
        int start = program.Count;
        program.Add(default);
        Emit(body, program);
        program.Add(new Instruction(Op.Done));
        program[start] = instruction with { X = program.Count };
    }
}
