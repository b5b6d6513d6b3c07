/** Imported before all else: when the extension's code began to run. */
const BEGAN = performance.now();

/** Measures what the extension itself takes: VS Code may let time pass between loading and `activate`. */
export class Activation {
  private readonly loading = performance.now() - BEGAN;
  private began = 0;

  begin(): void {
    this.began = performance.now();
  }

  /** Milliseconds of loading and activating so far. */
  get took(): number {
    return Math.round(this.loading + performance.now() - this.began);
  }
}
