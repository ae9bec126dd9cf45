/* TODO check 0 */
/* TODO check 1 */
/* TODO check 2 */
/* TODO check 3 */
/* TODO check 4 */
/* TODO check 5 */
/* TODO check 6 */
